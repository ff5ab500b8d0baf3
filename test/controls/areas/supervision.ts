import type { Control } from "../control.ts";

const file = "test/docker/supervision.test.ts";
const news = "src/coordinator/supervision/container-news.ts";

/** What is told of containers in use, what watches them, and what restarts them. */
export const supervision: readonly Control[] = [
  {
    row: 4,
    feature: "the end of a container in use is noticed",
    test: {
      project: "docker",
      file,
      name: "a container that is in use > has failed within two seconds of being killed by somebody else, with its exit code and last log lines",
    },
    off: { file: news, find: 'else if (action === "die") await this.#noticeEnd(service);', replace: "" },
  },
  {
    row: 4,
    feature: "what it failed with says how it ended",
    test: {
      project: "docker",
      file,
      name: "a container that is in use > has failed within two seconds of being killed by somebody else, with its exit code and last log lines",
    },
    off: {
      file: "src/coordinator/supervision/supervision.ts",
      find: ', kind: "failed", reason, error: toErrorData(error) }',
      replace: ', kind: "failed", reason }',
    },
  },
  {
    row: 4,
    feature: "what happened while the engine's events were cut off is found out",
    test: {
      project: "unit",
      file: "test/unit/coordinator/supervision.test.ts",
      name: "what happened while nobody watched > is told as soon as the engine answers again",
    },
    off: { file: "src/coordinator/upkeep.ts", find: "this.#inBackground(this.#reconcile());", replace: "" },
  },
  {
    row: 5,
    feature: "a restart goes through its states",
    test: {
      project: "docker",
      file,
      name: "a restart > that a test asks for goes through the states, and the engine says that it is the same container",
    },
    off: {
      file: "src/environment/managed-service.ts",
      find: 'if (this.machine.canMove("restarting")) this.machine.move("restarting", reason);',
      replace: "void reason;",
    },
  },
  {
    row: 5,
    feature: "new ports reach every client",
    test: {
      project: "docker",
      file,
      name: "a container that is watched > is restarted when it is not alive, and every client gets its new port",
    },
    off: {
      file: "src/environment/managed-service.ts",
      find: "this.#connection.replace(connection);",
      replace: "void connection;",
    },
  },
  {
    row: 25,
    feature: "a probe goes on after the start, and its changes are told",
    test: {
      project: "docker",
      file,
      name: "a container that is watched > becomes healthy, unhealthy while it hangs, and healthy again",
    },
    off: {
      file: "src/coordinator/supervision/health-watches.ts",
      find: "onChange(service, check, change);",
      replace: "",
    },
  },
  {
    row: 33,
    feature: "what is not alive is restarted",
    test: {
      project: "docker",
      file,
      name: "a container that is watched > is restarted when it is not alive, and every client gets its new port",
    },
    off: {
      file: "src/coordinator/supervision/supervision.ts",
      find: 'if (check !== "liveness" || change.to !== "unhealthy") return;',
      replace: 'if (check !== "liveness" || change.to !== "unknown") return;',
    },
  },
  {
    row: 33,
    feature: "what is not ready is handed out to nobody",
    test: {
      project: "docker",
      file,
      name: "a container that is watched > is handed out to nobody alone while it is not ready, but is again once it is",
    },
    off: {
      file: "src/coordinator/supervision/supervision.ts",
      find: "service.isUnhealthy = !isReady;",
      replace: "void isReady;",
    },
  },
  {
    row: 72,
    feature: "a child that the kernel kills for memory is told, though no flag says so",
    test: {
      project: "docker",
      file,
      name: "a container that is in use > goes on when the kernel kills a child of its for memory, which is told although its flag stays false",
    },
    off: { file: news, find: 'else if (action === "oom") this.#noticeOutOfMemory(service);', replace: "" },
  },
  {
    row: 74,
    feature: "restarts are limited",
    test: {
      project: "docker",
      file,
      name: "a container that is watched > is restarted when it ends by itself, as often as is allowed, and has failed then",
    },
    off: {
      file: "src/coordinator/supervision/restart-budget.ts",
      find: "if (this.#taken >= maxRestarts) return undefined;",
      replace: "void maxRestarts;",
    },
  },
  {
    row: 5,
    feature: "parts are made where a restarted server is reached",
    test: {
      project: "unit",
      file: "test/unit/coordinator/supervision-races.test.ts",
      name: "parts of a service that is being restarted > are waited for, and made where it is reached afterwards",
    },
    off: {
      file: "src/coordinator/parts/parts.ts",
      find: "while (this.#suspensions.has(serviceId)) await this.#suspensions.get(serviceId)?.promise;",
      replace: "",
    },
  },
  {
    row: 5,
    feature: "clients go on at the new port",
    test: {
      project: "docker",
      file: "test/docker/supervision-restart.test.ts",
      name: "after a restart > every client of a Redis server can empty and isolate databases by its new port",
    },
    off: {
      file: "src/services/redis/redis-container.ts",
      find: "ledgerConnection(() => this.connection)",
      replace: "ledgerConnection(() => connection)",
    },
  },
  {
    row: 5,
    feature: "what had to be killed for a restart has not failed",
    test: {
      project: "unit",
      file: "test/unit/coordinator/supervision-races.test.ts",
      name: "a container that somebody else stops and starts > has not failed when it had to be killed for that",
    },
    off: { file: news, find: "told.wasAskedToStop ||= signal", replace: "told.wasAskedToStop = signal" },
  },
  {
    row: 5,
    feature: "a successor goes on with a restart",
    test: {
      project: "unit",
      file: "test/unit/coordinator/restore.test.ts",
      name: "a successor > goes on with a restart, and tells those who were away in the meantime",
    },
    off: {
      file: "src/coordinator/restore.ts",
      find: "else await supervision.resume(service);",
      replace: "else services.save(service);",
    },
  },
];

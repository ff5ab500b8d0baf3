import type { Control } from "../control.ts";

const sharing = "test/docker/sharing.test.ts";
const singletons = "test/docker/singletons.test.ts";
const environment = "test/docker/environment.test.ts";

/** How containers are asked for, made once and reached. */
export const creation: readonly Control[] = [
  {
    row: 10,
    feature: "a name is started once for all in a process who ask",
    test: {
      project: "docker",
      file: sharing,
      name: "a service that many ask for > is described once and started once",
    },
    off: {
      file: "src/concurrency/single-flight.ts",
      find: "const flight = this.#inFlight.get(key) ?? this.#depart(key, start);",
      replace: "const flight = this.#depart(key, start);",
    },
  },
  {
    row: 10,
    feature: "a service is created once for all processes",
    test: {
      project: "docker",
      file: singletons,
      name: "four processes that ask ten times each, at the same moment, have one container",
    },
    off: {
      file: "src/coordinator/service-book.ts",
      find: "return answers.find(({ holder }) => holder?.requestId === request.requestId) ?? answers[0];",
      replace: "return answers.find(({ holder }) => holder?.requestId === request.requestId);",
    },
  },
  {
    row: 11,
    feature: "the processes of a project share its services",
    test: {
      project: "docker",
      file: sharing,
      name: "a service that many ask for > is one for two environments of the project that describe it alike",
    },
    off: {
      file: "src/environment/service-starter.ts",
      find: "return projectGroup(project);",
      replace: "return privateGroup({ id: seat.member.memberId });",
    },
  },
  {
    row: 13,
    feature: "the address of a PostgreSQL server has what opens it",
    test: { project: "docker", file: environment, name: "a handle > of PostgreSQL reaches the server of its image" },
    off: {
      file: "src/services/postgres/postgres-url.ts",
      find: "`${encodeURIComponent(username)}:${encodeURIComponent(password)}`",
      replace: "`${encodeURIComponent(username)}:none`",
    },
  },
  {
    row: 14,
    feature: "a Redis server asks for a password",
    test: {
      project: "docker",
      file: environment,
      name: "a handle > of Redis reaches a server that turns strangers away",
    },
    off: {
      file: "src/services/redis/redis-plan.ts",
      find: '["--user", "default", "on", `#${hash}`, "~*", "&*", "+@all"]',
      replace: '["--protected-mode", "no"]',
    },
  },
  {
    row: 15,
    feature: "a command's output streams are told apart",
    test: {
      project: "docker",
      file: environment,
      name: "a handle > of any image reaches its port and tells its command's exit code and streams apart",
    },
    off: {
      file: "src/backend/engine-api/frames.ts",
      find: 'stream: output[at] === STDERR ? "stderr" : "stdout"',
      replace: 'stream: "stdout"',
    },
  },
  {
    row: 16,
    feature: "a request gets what its name stands for",
    test: { project: "docker", file: environment, name: "the registry > lists what the engine has, at all times" },
    off: {
      file: "src/environment/cleanroom-environment.ts",
      find: "await this.#registry.getOrStart(name, (startSignal)",
      replace: 'await this.#registry.getOrStart("web", (startSignal)',
    },
  },
  {
    row: 17,
    feature: "what runs already is found without the engine",
    test: {
      project: "docker",
      file: sharing,
      name: "a service that many ask for > costs the engine nothing once it is there; the first request does",
    },
    off: {
      file: "src/registry/shared-registry.ts",
      find: "this.#entries.get(name) ?? (await this.#starts.run(name, startAndKeep, signal));",
      replace: "await this.#starts.run(name, startAndKeep, signal);",
    },
  },
  {
    row: 18,
    feature: "what is described alike is created once, whoever describes it",
    test: {
      project: "docker",
      file: sharing,
      name: "a service that many ask for > is one for two environments of the project that describe it alike",
    },
    off: {
      file: "src/coordinator/shared-service.ts",
      find: "return group === own.group && name === own.name && key === own.key && network === own.network;",
      replace: "return false;",
    },
  },
  {
    row: 20,
    feature: "the steps of a start are measured",
    test: {
      project: "docker",
      file: environment,
      name: "the timings of a start > add up, lie within the time it took, and show where it went",
    },
    off: {
      file: "src/container/stopwatch.ts",
      find: "this.#elapsedMs[this.#step] += nowMs - this.#stepStartedAtMs;",
      replace: "this.#elapsedMs[this.#step] += 0;",
    },
  },
  {
    row: 21,
    feature: "probes follow each other closely",
    test: { project: "docker", file: environment, name: "a service is ready soon after it can be used" },
    off: {
      file: "src/health/wait-until-healthy.ts",
      find: "return Math.min(MAX_PAUSE_MS, Math.max(MIN_PAUSE_MS, waitedMs * PAUSE_RATIO));",
      replace: "return 3_000;",
    },
  },
  {
    row: 22,
    feature: "a failure is not remembered as a container",
    test: {
      project: "docker",
      file: sharing,
      name: "a service that many ask for > leaves nothing when describing it fails, and the next request describes it again",
    },
    off: {
      file: "src/concurrency/single-flight.ts",
      find: "if (this.#inFlight.get(key) === flight) this.#inFlight.delete(key);",
      replace: "",
    },
  },
  {
    row: 23,
    feature: "a container that is gone is not handed out again",
    test: {
      project: "docker",
      file: singletons,
      name: "a container that somebody else removed is replaced for whoever asks next",
    },
    off: {
      file: "src/environment/cleanroom-environment.ts",
      find: "const onEnd = this.#registry.forget.bind(this.#registry);",
      replace: "const onEnd = (): void => undefined;",
    },
  },
];

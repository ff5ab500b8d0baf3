import type { Control } from "../control.ts";

const file = "test/docker/teardown.test.ts";
const keeping = "test/docker/keep-on-failure.test.ts";

/** How containers end. */
export const teardown: readonly Control[] = [
  {
    row: 57,
    feature: "a container gets the time to stop that it needs",
    test: {
      project: "docker",
      file,
      name: "a container that is stopped > is asked to, and given the time it needs",
    },
    off: {
      file: "src/teardown/stop-container.ts",
      find: "await caretaker.stop(id, stopGraceMs);",
      replace: "await caretaker.stop(id, 0);",
    },
  },
  {
    row: 57,
    feature: "what had to be killed is told",
    test: {
      project: "docker",
      file,
      name: "a container that is stopped > is killed when it does not stop in its time",
    },
    off: {
      file: "src/teardown/stop-container.ts",
      find: 'exitCode === KILLED ? "killed" : "stopped"',
      replace: '"stopped"',
    },
  },
  {
    row: 57,
    feature: "a container gets the signal that it wants",
    test: {
      project: "docker",
      file,
      name: "a container that is stopped > gets the signal that its image or a customizer names",
    },
    off: {
      file: "src/backend/testcontainers/create-body.ts",
      find: "    StopSignal: spec.stopSignal,\n",
      replace: "",
    },
  },
  {
    row: 58,
    feature: "dependants stop first",
    test: { project: "docker", file, name: "a cleanup > stops dependants before what they depend on" },
    off: {
      file: "src/coordinator/shared-service.ts",
      find: "return this.#leases.size === 0 && this.dependants.size === 0;",
      replace: "return this.#leases.size === 0;",
    },
  },
  {
    row: 58,
    feature: "independent ones stop at the same time",
    test: { project: "docker", file, name: "a cleanup > stops independent ones at the same time" },
    off: {
      file: "src/coordinator/retirement.ts",
      find: "const retiring = unused.map((service) => this.retire(service, [formerUser]));",
      replace:
        "const retiring = []; for (const service of unused) retiring.push(await this.retire(service, [formerUser]));",
    },
  },
  {
    row: 58,
    feature: "anonymous volumes go with their container",
    test: {
      project: "docker",
      file,
      name: "a cleanup > removes networks and anonymous volumes, and keeps named ones",
    },
    off: {
      file: "src/backend/engine-api/engine-client.ts",
      find: 'const query = { force: "true", v: "true" };',
      replace: 'const query = { force: "true" };',
    },
  },
  {
    row: 58,
    feature: "networks go with the last that is on them",
    test: {
      project: "docker",
      file: "test/docker/network.test.ts",
      name: "a network > is made when the first service joins it, and gone after the cleanup",
    },
    off: {
      file: "src/coordinator/retirement.ts",
      find: "if (networkName === undefined) return mergeReports(reports);",
      replace: "if (networkName !== '') return mergeReports(reports);",
    },
  },
  {
    row: 59,
    feature: "what fails is reported, and the rest is done",
    test: {
      project: "docker",
      file,
      name: "a cleanup > reports what failed, and the rest is cleaned up all the same",
    },
    off: {
      file: "src/coordinator/release-report.ts",
      find: "errors: container.error === undefined ? [] : [container.error]",
      replace: "errors: []",
    },
  },
  {
    row: 59,
    feature: "a container that somebody else removed is noticed",
    test: {
      project: "docker",
      file,
      name: "a cleanup > finds a container that somebody else removed, says so, and does the rest",
    },
    off: {
      file: "src/coordinator/upkeep.ts",
      find: "this.#inBackground(this.#notice(event));",
      replace: "void event;",
    },
  },
  {
    row: 60,
    feature: "what a killed process used goes",
    test: {
      project: "docker",
      file: "test/docker/coordinator/death.test.ts",
      name: "a client that dies while it is too busy takes its service along",
    },
    off: {
      file: "src/coordinator/attendance.ts",
      find: "      await coordinator.leave(member);\n    }\n    this.#askLater();",
      replace: "    }\n    this.#askLater();",
    },
  },
  {
    row: 61,
    feature: "a cleanup happens once, however often it is asked for",
    test: { project: "docker", file, name: "a cleanup > happens once, however often it is asked for" },
    off: {
      file: "src/environment/cleanroom-environment.ts",
      find: "this.#cleanup ??= this.#tearDown();",
      replace: "this.#cleanup = this.#tearDown();",
    },
  },
  {
    row: 59,
    feature: "the report tells the signal",
    test: {
      project: "docker",
      file,
      name: "a container that is stopped > gets the signal that its image or a customizer names",
    },
    off: { file: "src/backend/engine-api/inspection.ts", find: 'Config.StopSignal || "SIGTERM"', replace: '"SIGTERM"' },
  },
  {
    row: 59,
    feature: "the report tells the anonymous volumes",
    test: { project: "docker", file, name: "a cleanup > removes networks and anonymous volumes, and keeps named ones" },
    off: {
      file: "src/backend/engine-api/inspection.ts",
      find: "filter((volume) => ANONYMOUS.test(volume))",
      replace: "filter(() => false)",
    },
  },
  {
    row: 59,
    feature: "the report tells the networks",
    test: { project: "docker", file, name: "a cleanup > removes networks and anonymous volumes, and keeps named ones" },
    off: {
      file: "src/coordinator/release-report.ts",
      find: "networks: reports.flatMap(({ networks }) => networks),",
      replace: "networks: [],",
    },
  },
  {
    row: 59,
    feature: "a network that cannot be removed is reported",
    test: { project: "docker", file, name: "a cleanup > reports a network that cannot be removed, and does the rest" },
    off: {
      file: "src/coordinator/release-report.ts",
      find: "const errors = networks.map(({ error }) => error).filter((error) => error !== undefined);",
      replace: "const errors: unknown[] = [];",
    },
  },
  {
    row: 56,
    feature: "a container that had ended before is told as such",
    test: { project: "docker", file, name: "a cleanup > tells of a container that had ended before" },
    off: { file: "src/teardown/stop-container.ts", find: "if (!hasRun) return", replace: "if (false) return" },
  },
  {
    row: 61,
    feature: "the last of all who share a container stops it",
    test: { project: "docker", file, name: "a cleanup > of all who share a container stops it once, whoever is last" },
    off: {
      file: "src/coordinator/shared-service.ts",
      find: "return this.#leases.size === 0 && this.dependants.size === 0;",
      replace: "return this.dependants.size === 0;",
    },
  },
  {
    row: 60,
    feature: "a container whose start failed is kept, if asked for",
    test: {
      project: "docker",
      file: keeping,
      name: "with `keepOnFailure`, a container > that exits at its start is kept, alone, and the error says how to look at it",
    },
    off: {
      file: "src/coordinator/end-container.ts",
      find: "if (isKeptAsFailure || (keepsFailure && hasFailed)) return keepContainer(container, context);",
      replace: "",
    },
  },
  {
    row: 60,
    feature: "of several attempts allowed, the one that no other follows is kept",
    test: {
      project: "docker",
      file: keeping,
      name: "with `keepOnFailure`, a container > whose failure no other attempt could mend is kept, however many there may be",
    },
    off: {
      file: "src/environment/create-service.ts",
      find: "plan.retry !== undefined && isFollowed(failure, attempt, plan.retry) ?",
      replace: "plan.retry !== undefined && attempt < plan.retry.attempts ?",
    },
  },
  {
    row: 60,
    feature: "a container that is kept is off its networks",
    test: {
      project: "docker",
      file: keeping,
      name: "with `keepOnFailure`, a container > that never becomes healthy is kept as it runs, off its network and its port",
    },
    off: { file: "src/teardown/stop-container.ts", find: "    await caretaker.disconnect(fullId);\n", replace: "" },
  },
  {
    row: 60,
    feature: "a container that ended while it was used is kept",
    test: {
      project: "docker",
      file: keeping,
      name: "with `keepOnFailure`, a container > that ends while it is used is kept, alone, and the report and a warning tell",
    },
    off: {
      file: "src/coordinator/end-container.ts",
      find: "const { name, stopGraceMs, keepsFailure = false } = request;",
      replace: "const { name, stopGraceMs } = request; const keepsFailure = false;",
    },
  },
  {
    row: 60,
    feature: "no sweep removes what is kept",
    test: {
      project: "docker",
      file: keeping,
      name: "with `keepOnFailure`, a container > is in nobody's way, and stays when another coordinator begins",
    },
    off: {
      file: "src/coordinator/sweep.ts",
      find: "return includesKept || !isKeptFailure(container) ||",
      replace: "return true ||",
    },
  },
  {
    row: 60,
    feature: "CLEANROOM_KEEP_ON_FAILURE decides",
    test: {
      project: "docker",
      file: keeping,
      name: "without it > CLEANROOM_KEEP_ON_FAILURE=true decides, whatever the configuration says",
    },
    off: {
      file: "src/config/settings.ts",
      find: 'variable: "CLEANROOM_KEEP_ON_FAILURE",',
      replace: 'variable: "CLEANROOM_NOTHING",',
    },
  },
  {
    row: 60,
    feature: "what is kept goes after a day",
    test: {
      project: "unit",
      file: "test/unit/coordinator/sweep.test.ts",
      name: "a sweep > keeps what failed and is to be looked at, for a day, unless it is asked to remove that as well",
    },
    off: {
      file: "src/coordinator/kept-failures.ts",
      find: "return nowMs - startedAtMs >= KEPT_MS;",
      replace: "return false;",
    },
  },
];

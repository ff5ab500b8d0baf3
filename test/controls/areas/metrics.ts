import type { Control } from "../control.ts";

const file = "test/docker/metrics.test.ts";

/** What is measured of services. */
export const metrics: readonly Control[] = [
  {
    row: 78,
    feature: "the uptime is that since the start which the engine tells",
    test: {
      project: "docker",
      file,
      name: "what a container uses > is told with its uptime, from the start that the engine tells, a restart included",
    },
    off: {
      file: "src/metrics/container-meter.ts",
      find: "uptimeMs: reading.atMs - startedAtMs",
      replace: "uptimeMs: reading.atMs - before.atMs + 5_000",
    },
  },
  {
    row: 78,
    feature: "what a container uses is what the engine counts",
    test: {
      project: "docker",
      file,
      name: "what a container uses > is what the engine counts: processor time, memory, processes, and what went over the network",
    },
    off: { file: "src/metrics/container-meter.ts", find: "    this.#before = now;\n", replace: "" },
  },
  {
    row: 79,
    feature: "calls are timed: percentiles, and how many there were a second",
    test: {
      project: "docker",
      file,
      name: "how fast a service answers > is measured by who calls it, and by a proxy in front of it: 200 queries that take 20 ms",
    },
    off: {
      file: "src/metrics/timings.ts",
      find: "const spanMs = this.#lastEndedAtMs - this.#firstBeganAtMs;",
      replace: "const spanMs = this.#totalMs * 1.1;",
    },
  },
  {
    row: 79,
    feature: "a proxy times what goes through",
    test: {
      project: "docker",
      file,
      name: "how fast a service answers > is measured by who calls it, and by a proxy in front of it: 200 queries that take 20 ms",
    },
    off: {
      file: "src/metrics/proxy/exchanges.ts",
      find: "this.#current ??= { beganAtMs: this.#clock.now() };",
      replace: "this.#current ??= { beganAtMs: 0 };",
    },
  },
  {
    row: 79,
    feature: "a proxy passes on what clients and services send",
    test: {
      project: "docker",
      file,
      name: "a proxy > passes Redis on as it is, a pipeline, a megabyte and a subscription included",
    },
    off: {
      file: "src/metrics/proxy/traffic-record.ts",
      find: "    this.#sentBytes += bytes;\n",
      replace: "",
    },
  },
  {
    row: 79,
    feature: "a proxy ends with its environment",
    test: {
      project: "docker",
      file,
      name: "a proxy > is closed by whoever opened it, and by the environment's cleanup at the latest",
    },
    off: {
      file: "src/services/generic/generic-container.ts",
      find: "    await this.#proxies[Symbol.asyncDispose]();\n",
      replace: "",
    },
  },
  {
    row: 80,
    feature: "checks and failures are counted",
    test: { project: "docker", file, name: "how a service is > is counted: seven checks of which two failed" },
    off: { file: "src/metrics/health-record.ts", find: "    record.failures += 1;\n", replace: "" },
  },
  {
    row: 81,
    feature: "metrics are text that Prometheus reads",
    test: {
      project: "docker",
      file,
      name: "metrics of an environment > are text that a parser of Prometheus reads, with the numbers of the engine",
    },
    off: {
      file: "src/metrics/export/exposition.ts",
      find: "ESCAPES[character] ?? character",
      replace: "character",
    },
  },
  {
    row: 81,
    feature: "the command line tells what all services use that are shared",
    test: {
      project: "docker",
      file,
      name: "cleanroom metrics > tells of each service what the engine tells of its container",
    },
    off: {
      file: "src/coordinator/service-status.ts",
      find: "return { ...statusOf(service, coordinator), metrics };",
      replace: "return { ...statusOf(service, coordinator), metrics: { ...metrics, container: undefined } } as never;",
    },
  },
  {
    row: 81,
    feature: "OpenTelemetry gets spans of starts",
    test: {
      project: "docker",
      file: "test/docker/opentelemetry.test.ts",
      name: "OpenTelemetry gets a span for each start, with its steps inside, and for one that failed its error",
    },
    off: {
      file: "src/integrations/opentelemetry/start-spans.ts",
      find: "      child.end(atMs);\n",
      replace: "",
    },
  },
  {
    row: 81,
    feature: "OpenTelemetry gets what services use",
    test: {
      project: "docker",
      file: "test/docker/opentelemetry.test.ts",
      name: "OpenTelemetry's meters get what services use whenever they collect, until that is ended",
    },
    off: {
      file: "src/integrations/opentelemetry/observe.ts",
      find: "if (value !== undefined) result.observe(",
      replace: "if (value === 0) result.observe(",
    },
  },
  {
    row: 81,
    feature: "a JUnit report tells which starts failed, and why",
    test: {
      project: "docker",
      file,
      name: "metrics of an environment > tell how each start went, one that failed included",
    },
    off: {
      file: "src/metrics/export/junit-xml.ts",
      find: "...(error === undefined ? [] : [",
      replace: "...(error !== undefined ? [] : [",
    },
  },
];

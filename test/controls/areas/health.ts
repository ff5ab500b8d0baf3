import type { Control } from "../control.ts";

const file = "test/docker/health.test.ts";

/** What is checked of a container, and how long. */
export const health: readonly Control[] = [
  {
    row: 24,
    feature: "a probe of one's own decides",
    test: { project: "docker", file, name: "a probe of one's own decides, and can reach the container" },
    off: {
      file: "src/health/check-probe.ts",
      find: 'if (!("kind" in probe)) return probe.check(target, signal);',
      replace: 'if (!("kind" in probe)) return;',
    },
  },
  {
    row: 24,
    feature: "any of several probes is enough",
    test: { project: "docker", file, name: "probes together > do not wait for the slow one when one is enough" },
    off: {
      file: "src/health/check-combined.ts",
      find: 'kind === "all" ? Promise.all(parts) : Promise.any(parts)',
      replace: "Promise.all(parts)",
    },
  },
  {
    row: 26,
    feature: "an attempt of a probe is bounded",
    test: {
      project: "docker",
      file,
      name: "a probe that hangs > ends at its limit, is tried again, and leaves no socket open",
    },
    off: {
      file: "src/health/wait-until-healthy.ts",
      find: "timeoutMs: options.attemptTimeoutMs",
      replace: "timeoutMs: 3_600_000",
    },
  },
  {
    row: 27,
    feature: "a TCP probe is not fooled by the engine's proxy",
    test: {
      project: "docker",
      file: "test/docker/health-network.test.ts",
      name: "a TCP probe > is not fooled by the engine's proxy: forwarded",
    },
    off: {
      file: "src/health/check-tcp.ts",
      find: "await Promise.race([spoke, sleep(clock, QUIET_MS, signal)]);",
      replace: "spoke.catch(() => undefined);",
    },
  },
  {
    row: 28,
    feature: "an HTTP probe looks at the status",
    test: {
      project: "docker",
      file: "test/docker/health-network.test.ts",
      name: "an HTTP probe > waits for the status to turn from 503 to 200",
    },
    off: {
      file: "src/health/check-http.ts",
      find: "if (!acceptsStatus(status, seen)) throw",
      replace: "if (seen < 0) throw",
    },
  },
  {
    row: 29,
    feature: "a command probe looks at the exit code",
    test: {
      project: "docker",
      file: "test/docker/health-inside.test.ts",
      name: "a command probe > waits for the exit code it is asked for",
    },
    off: {
      file: "src/health/check-command.ts",
      find: "if (exitCode !== (probe.exitCode ?? 0)) {",
      replace: "if (exitCode > 255) {",
    },
  },
  {
    row: 30,
    feature: "a file probe looks whether the file is there",
    test: {
      project: "docker",
      file: "test/docker/health-inside.test.ts",
      name: "a file probe > tells what is not as asked",
    },
    off: {
      file: "src/health/check-file.ts",
      find: "if (seen === undefined) throw new ProbeError(`${path} is not there`);",
      replace: "if (seen === undefined) return;",
    },
  },
  {
    row: 30,
    feature: "a file probe looks into memory from inside",
    test: {
      project: "docker",
      file: "test/docker/health-inside.test.ts",
      name: "a file probe > sees a file in memory where the image has a shell",
    },
    off: { file: "src/health/check-file.ts", find: "if (target.isInMemory(path))", replace: 'if (path === "")' },
  },
  {
    row: 25,
    feature: "a failure in a row fewer than the threshold changes nothing",
    test: {
      project: "docker",
      file: "test/docker/health-monitor.test.ts",
      name: "a service that may fail more often stays healthy while it is paused for as long",
    },
    off: {
      file: "src/health/health-tracker.ts",
      find: "this.#failuresInARow >= this.#terms.failureThreshold",
      replace: "this.#failuresInARow >= 1",
    },
  },
  {
    row: 26,
    feature: "an attempt that is given up leaves no socket open",
    test: {
      project: "docker",
      file: "test/docker/health.test.ts",
      name: "a probe that hangs > on a paused container ends at its limit, and leaves no socket open: http",
    },
    off: { file: "src/health/check-http.ts", find: "    agent: false,\n    signal,\n", replace: "    agent: false,\n" },
  },
  {
    row: 27,
    feature: "a TCP probe waits for the answer that it asks for",
    test: {
      project: "docker",
      file: "test/docker/health-network.test.ts",
      name: "a TCP probe > can ask for an answer, and gets it from the process only",
    },
    off: { file: "src/health/check-tcp.ts", find: "if (seen.includes(text)) resolve();", replace: "resolve();" },
  },
  {
    row: 28,
    feature: "a redirect is followed where that is asked for",
    test: {
      project: "docker",
      file: "test/docker/health-network.test.ts",
      name: "an HTTP probe > does with a redirect as it is told: follow",
    },
    off: {
      file: "src/health/check-http.ts",
      find: 'if (redirect === "accept" || !isRedirect(response)) return response;',
      replace: "return response;",
    },
  },
  {
    row: 28,
    feature: "a status from 500 is not healthy",
    test: {
      project: "docker",
      file: "test/docker/health-network.test.ts",
      name: "an HTTP probe > waits for the status to turn from 503 to 200",
    },
    off: {
      file: "src/health/check-http.ts",
      find: "return seen >= 200 && seen < 400;",
      replace: "return seen >= 200;",
    },
  },
  {
    row: 31,
    feature: "the engine's own check is set",
    test: {
      project: "docker",
      file: "test/docker/health-check.test.ts",
      name: "the engine's own check of a container > is as the option says, in the engine's units",
    },
    off: {
      file: "src/backend/testcontainers/create-body.ts",
      find: "    Healthcheck: spec.healthCheck === undefined ? undefined : healthConfig(spec.healthCheck),\n",
      replace: "",
    },
  },
  {
    row: 31,
    feature: "a probe goes by the engine's own check",
    test: {
      project: "docker",
      file: "test/docker/health-check.test.ts",
      name: "the engine's own check of a container > turns, and the probe with it",
    },
    off: {
      file: "src/health/check-health-check.ts",
      find: 'if (status === "healthy") return;',
      replace: 'if (status !== "starting") return;',
    },
  },
  {
    row: 32,
    feature: "a full disk is unhealthy",
    test: {
      project: "docker",
      file: "test/docker/health-inside.test.ts",
      name: "a disk probe > sees a disk that fills up: direct",
    },
    off: { file: "src/health/check-disk.ts", find: "if (ratio > maxUsedRatio) {", replace: "if (ratio > 1) {" },
  },
  {
    row: 32,
    feature: "too much memory is unhealthy",
    test: {
      project: "docker",
      file: "test/docker/health-inside.test.ts",
      name: "a memory probe > sees how much of its limit a container holds",
    },
    off: { file: "src/health/check-memory.ts", find: "if (ratio > maxUsedRatio) {", replace: "if (ratio > 1) {" },
  },
];

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
    test: { project: "docker", file, name: "a TCP probe > is not fooled by the engine's proxy: forwarded" },
    off: {
      file: "src/health/check-tcp.ts",
      find: "await Promise.race([spoke, sleep(clock, QUIET_MS, signal)]);",
      replace: "spoke.catch(() => undefined);",
    },
  },
  {
    row: 28,
    feature: "an HTTP probe looks at the status",
    test: { project: "docker", file, name: "an HTTP probe > waits for the status to turn from 503 to 200" },
    off: {
      file: "src/health/check-http.ts",
      find: "if (!acceptsStatus(status, seen)) throw",
      replace: "if (seen < 0) throw",
    },
  },
  {
    row: 29,
    feature: "a command probe looks at the exit code",
    test: { project: "docker", file, name: "a command probe > waits for the exit code it is asked for" },
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
      file,
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
    test: { project: "docker", file, name: "a file probe > sees a file in memory where the image has a shell" },
    off: { file: "src/health/check-file.ts", find: "if (target.isInMemory(path))", replace: 'if (path === "")' },
  },
];

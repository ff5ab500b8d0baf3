import type { Control } from "../control.ts";

const file = "test/docker/errors.test.ts";

/** What is told of what goes wrong. */
export const errors: readonly Control[] = [
  {
    row: 69,
    feature: "a port that is taken is told as such",
    test: { project: "docker", file, name: "a port that is taken > by a server on this machine" },
    off: {
      file: "src/container/explain-failure.ts",
      find: 'refusal === "port-in-use" ? "port-in-use" : "refused"',
      replace: '"refused"',
    },
  },
  {
    row: 70,
    feature: "the last log lines are in the error",
    test: {
      project: "docker",
      file,
      name: "a process > that exits at its start tells its code and its last lines",
    },
    off: {
      file: "src/container/read-log-tail.ts",
      find: "return await caretaker.logs(id, LOG_LINES);",
      replace: 'return "";',
    },
  },
  {
    row: 70,
    feature: "a command that cannot be run is told as such",
    test: { project: "docker", file, name: "a process > that cannot be run" },
    off: {
      file: "src/container/explain-failure.ts",
      find: 'if (refusal === "command-not-runnable") {',
      replace: 'if (name === "") {',
    },
  },
  {
    row: 71,
    feature: "what the probe saw is in the error",
    test: {
      project: "docker",
      file,
      name: "a service that never becomes healthy > tells its probe, what that saw, and its log",
    },
    off: { file: "src/health/wait-until-healthy.ts", find: "    remember(trace, failure.error);\n", replace: "" },
  },
  {
    row: 73,
    feature: "what takes too long is told as such",
    test: {
      project: "docker",
      file,
      name: "a service that never becomes healthy > though its probe did, when its initialisation takes too long",
    },
    off: {
      file: "src/container/start-container.ts",
      find: "const timeoutMs = plan.startTimeoutMs;",
      replace: "const timeoutMs = 3_600_000;",
    },
  },
  {
    row: 77,
    feature: "an engine that does not answer is named",
    test: {
      project: "docker",
      file: "test/docker/unavailable-engine.test.ts",
      name: "an engine that was asked for and does not answer > on a TCP port is named",
    },
    off: {
      file: "src/backend/engine-api/assert-engine-answers.ts",
      find: "throw new EngineUnavailableError({ ...requested, reason: messageOf(error) }, error);",
      replace: "throw error;",
    },
  },
];

import type { Control } from "../control.ts";

/** What becomes of starts that fail, and what is told of them. */
export const recovery: readonly Control[] = [
  {
    row: 69,
    feature: "a name that is taken is told as such",
    test: {
      project: "docker",
      file: "test/docker/engine-faults.test.ts",
      name: "a name that somebody else has is told, and what has it stays",
    },
    off: { file: "src/container/create-container.ts", find: '  conflict: "name-conflict",\n', replace: "" },
  },
  {
    row: 69,
    feature: "an image that is not there is told as such",
    test: {
      project: "docker",
      file: "test/docker/errors.test.ts",
      name: "an image > that is not there and must not be pulled",
    },
    off: { file: "src/container/create-container.ts", find: '  "image-not-found": "image-not-found",\n', replace: "" },
  },
  {
    row: 71,
    feature: "what an unhealthy response says is in the error",
    test: {
      project: "docker",
      file: "test/docker/errors.test.ts",
      name: "a service that never becomes healthy > tells its probe, what that saw, and its log",
    },
    off: { file: "src/health/check-http.ts", find: "${await inTheBody(response)}", replace: "" },
  },
  {
    row: 73,
    feature: "a deadline is kept to the tenth of a second",
    test: {
      project: "docker",
      file: "test/docker/errors.test.ts",
      name: "a service that never becomes healthy > because nothing ever answers is given up when its time is over, and not much later",
    },
    off: { file: "src/time/deadline.ts", find: "}, timeoutMs);", replace: "}, timeoutMs + 200);" },
  },
  {
    row: 73,
    feature: "the phase that took too long is told",
    test: {
      project: "docker",
      file: "test/docker/errors.test.ts",
      name: "a service that never becomes healthy > though its probe did, when its initialisation takes too long",
    },
    off: {
      file: "src/container/start-container.ts",
      find: 'trace.isHealthy ? "initialise" : "start"',
      replace: '"start"',
    },
  },
  {
    row: 74,
    feature: "a start that failed is tried again",
    test: {
      project: "docker",
      file: "test/docker/recovery.test.ts",
      name: "a start that fails > succeeds the second time, when the first left what it needs",
    },
    off: {
      file: "src/container/start-again.ts",
      find: "if (retry === undefined) return start(1);",
      replace: "return start(1);",
    },
  },
  {
    row: 75,
    feature: "a fallback is used where all else failed",
    test: {
      project: "docker",
      file: "test/docker/recovery.test.ts",
      name: "a fallback > is the same container for every process of the session, and is made once",
    },
    off: {
      file: "src/environment/fall-back.ts",
      find: "if (fallback === undefined || signal.aborted || !isOfTheService(error)) throw error;",
      replace: "throw error;",
    },
  },
  {
    row: 75,
    feature: "a fallback is marked as such",
    test: {
      project: "docker",
      file: "test/docker/recovery.test.ts",
      name: "a fallback > is the same container for every process of the session, and is made once",
    },
    off: {
      file: "src/environment/service-starter.ts",
      find: "fallback === undefined ? shared : { ...shared, fallback }",
      replace: "shared",
    },
  },
  {
    row: 76,
    feature: "pauses between attempts grow",
    test: {
      project: "docker",
      file: "test/docker/recovery.test.ts",
      name: "a start that fails > is tried again after 100, 200 and 400 ms, each time when the failed container is gone",
    },
    off: { file: "src/recovery/retry-policy.ts", find: "delayMs * factor ** (attempt - 1)", replace: "delayMs" },
  },
  {
    row: 76,
    feature: "what cannot heal is tried once",
    test: {
      project: "docker",
      file: "test/docker/engine-faults.test.ts",
      name: "a service that is tried again > is asked of the engine once when its image is not there",
    },
    off: {
      file: "src/recovery/retry-policy.ts",
      find: "return on.some((code) => hasCode(failure, code));",
      replace: "return true;",
    },
  },
  {
    row: 77,
    feature: "the address of an engine that does not answer is told",
    test: {
      project: "docker",
      file: "test/docker/unavailable-engine.test.ts",
      name: "an engine that was asked for and does not answer > on a TCP port is named",
    },
    off: {
      file: "src/errors/engine-unavailable-error.ts",
      find: "No container engine answers at ${endpoint} (from",
      replace: "No container engine answers (from",
    },
  },
];

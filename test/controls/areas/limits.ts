import type { Control } from "../control.ts";

const file = "test/docker/limits-and-options.test.ts";
const asTheEngineKeepsThem = { project: "docker", file, name: "limits > are those the engine keeps" } as const;

/** What a container may use. */
export const limits: readonly Control[] = [
  {
    row: 39,
    feature: "processors are limited",
    test: asTheEngineKeepsThem,
    off: {
      file: "src/backend/testcontainers/create-body.ts",
      find: "      NanoCpus: limits.cpuCores && Math.round(limits.cpuCores * 1e9),\n",
      replace: "",
    },
  },
  {
    row: 40,
    feature: "memory is limited",
    test: asTheEngineKeepsThem,
    off: {
      file: "src/backend/testcontainers/create-body.ts",
      find: "      Memory: limits.memoryBytes,\n",
      replace: "",
    },
  },
  {
    row: 40,
    feature: "running out of memory is told as such",
    test: {
      project: "docker",
      file: "test/docker/errors.test.ts",
      name: "a process > that uses more memory than it may",
    },
    off: {
      file: "src/container/explain-failure.ts",
      find: "if (await wasOutOfMemory(error, start)) {",
      replace: "if (error === start) {",
    },
  },
  {
    row: 41,
    feature: "a mount in memory holds no more than it may",
    test: { project: "docker", file, name: "mounts > in memory hold no more than they may" },
    off: {
      file: "src/backend/testcontainers/create-body.ts",
      find: "sizeBytes === undefined ? [] : [`size=${sizeBytes}`]",
      replace: "[]",
    },
  },
  {
    row: 43,
    feature: "the number of processes is limited",
    test: { project: "docker", file, name: "limits > hold: the process that is one too many is refused" },
    off: {
      file: "src/backend/testcontainers/create-body.ts",
      find: "      PidsLimit: limits.pids,\n",
      replace: "",
    },
  },
];

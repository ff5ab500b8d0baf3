import type { Control } from "../control.ts";

/** What a container may use, and what is told when it needs more. */
export const limits: readonly Control[] = [
  {
    row: 39,
    feature: "processes are pinned to cores",
    test: {
      project: "docker",
      file: "test/docker/limits-cpu-and-memory.test.ts",
      name: "a CPU limit > pins every process to the cores that are named",
    },
    off: { file: "src/backend/testcontainers/create-body.ts", find: "    CpusetCpus: limits.cpuSet,\n", replace: "" },
  },
  {
    row: 39,
    feature: "processor time is limited",
    test: {
      project: "docker",
      file: "test/docker/limits-cpu-and-memory.test.ts",
      name: "a CPU limit > gives a weight, and lets the kernel throttle what takes more of a core than it may",
    },
    off: {
      file: "src/backend/testcontainers/create-body.ts",
      find: "    NanoCpus: cpuCores && Math.round(cpuCores * 1e9),\n",
      replace: "",
    },
  },
  {
    row: 40,
    feature: "memory is limited",
    test: {
      project: "docker",
      file: "test/docker/limits-cpu-and-memory.test.ts",
      name: "a memory limit > ends what exceeds it: the kernel kills, and nothing else",
    },
    off: { file: "src/backend/testcontainers/create-body.ts", find: "    Memory: memoryBytes,\n", replace: "" },
  },
  {
    row: 40,
    feature: "swap is what was asked for",
    test: {
      project: "docker",
      file: "test/docker/limits-cpu-and-memory.test.ts",
      name: "a memory limit > adds the swap that was asked for, none otherwise, and reserves",
    },
    off: {
      file: "src/backend/testcontainers/create-body.ts",
      find: "memoryBytes + swapBytes,",
      replace: "memoryBytes,",
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
      find: "(await wasOutOfMemory(error, start)) ?",
      replace: "false ?",
    },
  },
  {
    row: 41,
    feature: "a mount in memory holds no more than it may",
    test: {
      project: "docker",
      file: "test/docker/limits-and-options.test.ts",
      name: "mounts > in memory hold no more than they may",
    },
    off: {
      file: "src/backend/testcontainers/create-body.ts",
      find: "sizeBytes === undefined ? [] : [`size=${sizeBytes}`]",
      replace: "[]",
    },
  },
  {
    row: 41,
    feature: "a quota that the storage cannot keep is refused",
    test: {
      project: "docker",
      file: "test/docker/limits-disk.test.ts",
      name: "a limit on what a container writes > by the engine is refused where its storage cannot do it, before anything is made",
    },
    off: {
      file: "src/container/settle-limits.ts",
      find: 'if (typeof quota === "object" && by === "engine")',
      replace: "if (false)",
    },
  },
  {
    row: 42,
    feature: "the rate of a network is limited",
    test: {
      project: "docker",
      file: "test/docker/limits-network.test.ts",
      name: "the rate of a container's network > is what was asked for, each way, within a fifth",
    },
    off: {
      file: "src/container/start-container.ts",
      find: "    await limitNetwork(start, inspection);\n",
      replace: "",
    },
  },
  {
    row: 42,
    feature: "and is again after a restart",
    test: {
      project: "docker",
      file: "test/docker/limits-network.test.ts",
      name: "the rate of a container's network > is the same after a restart, which gives the container another network",
    },
    off: {
      file: "src/coordinator/supervision/restarts.ts",
      find: "    await limitNetworkAsLabelled(service.request.name, inspection, signal);\n",
      replace: "",
    },
  },
  {
    row: 42,
    feature: "what may not be limited is refused",
    test: {
      project: "docker",
      file: "test/docker/limits-network.test.ts",
      name: "the rate of a container's network > is refused before anything is made, to a process that may not change networks",
    },
    off: {
      file: "src/resources/network-rate.ts",
      find: "if (conditions.mayChangeNetworks) return undefined;",
      replace: "return undefined;",
    },
  },
  {
    row: 43,
    feature: "the number of processes is limited",
    test: {
      project: "docker",
      file: "test/docker/limits-processes.test.ts",
      name: "processes > are no more than `pids`: a fork bomb gets EAGAIN",
    },
    off: { file: "src/backend/testcontainers/create-body.ts", find: "    PidsLimit: limits.pids,\n", replace: "" },
  },
  {
    row: 43,
    feature: "the number of open files is limited",
    test: {
      project: "docker",
      file: "test/docker/limits-processes.test.ts",
      name: "limits on each process > hold: one file more than `nofile` is not opened",
    },
    off: {
      file: "src/backend/testcontainers/create-body.ts",
      find: "    Ulimits: limits.ulimits && ulimitOptions(limits.ulimits),\n",
      replace: "",
    },
  },
  {
    row: 43,
    feature: "a limit above the engine's own is refused by name",
    test: {
      project: "docker",
      file: "test/docker/limits-processes.test.ts",
      name: "limits on each process > above the engine's own are refused by name",
    },
    off: { file: "src/container/explain-refused-limit.ts", find: "ulimitProblem(spec, reason) ??", replace: "" },
  },
  {
    row: "extra",
    feature: "the machine's own kernel parameters are refused",
    test: {
      project: "docker",
      file: "test/docker/limits-processes.test.ts",
      name: "kernel parameters > of the machine are refused before anything is made; the container's own are set",
    },
    off: {
      file: "src/spec/sysctls.ts",
      find: "if (isOwn && !machinesOfNet.test(name)) return undefined;",
      replace: "return undefined;",
    },
  },
  {
    row: 72,
    feature: "running out of processes is told as such",
    test: {
      project: "docker",
      file: "test/docker/limits-processes.test.ts",
      name: "processes > that a service cannot start before it is ready are told with the limit",
    },
    off: {
      file: "src/container/explain-shortage.ts",
      find: "return noProcess.test(logTail) ? processShortage(bounds) : undefined;",
      replace: "return undefined;",
    },
  },
  {
    row: 72,
    feature: "a full disk is told as such",
    test: {
      project: "docker",
      file: "test/docker/limits-disk.test.ts",
      name: "a directory in memory that is full > is told with its limit, when the service ends for it",
    },
    off: {
      file: "src/container/explain-shortage.ts",
      find: "if (noSpace.test(logTail)) return diskShortage(logTail, bounds);",
      replace: "",
    },
  },
  {
    row: 72,
    feature: "a full disk is told later as well",
    test: {
      project: "docker",
      file: "test/docker/limits-disk.test.ts",
      name: "a directory in memory that is full > is told when a service ends for it later, and not when it ends for another reason",
    },
    off: {
      file: "src/coordinator/supervision/explain-end.ts",
      find: "shortageIn(logTail, bounds)",
      replace: "undefined",
    },
  },
];

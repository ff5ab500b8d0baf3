import type { Control } from "../control.ts";

const file = "test/docker/lifecycle.test.ts";

/** What a container's states are and when it moves from one to the next. */
export const lifecycle: readonly Control[] = [
  {
    row: 1,
    feature: "each state is told once, in order",
    test: {
      project: "docker",
      file,
      name: "a container's states > are six, each once, in order, and the engine agrees at each",
    },
    off: {
      file: "src/lifecycle/state-machine.ts",
      find: "    this.#onTransition({ from, ...transition });\n",
      replace: "",
    },
  },
  {
    row: 1,
    feature: "no state comes after one that it must not",
    test: {
      project: "unit",
      file: "test/unit/lifecycle/state-machine.test.ts",
      name: "a state machine > tells of no illegal move",
    },
    off: { file: "src/lifecycle/state-machine.ts", find: "if (!this.canMove(to)) throw", replace: "if (false) throw" },
  },
  {
    row: 2,
    feature: "running is what has been handed out",
    test: {
      project: "docker",
      file,
      name: "a container's states > include ready before it is handed out and running afterwards",
    },
    off: {
      file: "src/environment/managed-service.ts",
      find: 'if (this.state === "ready") this.machine.move("running", "handed out");',
      replace: "",
    },
  },
  {
    row: 2,
    feature: "ready is what its probe has found so",
    test: { project: "docker", file, name: "a container's states > never include ready when the probe fails" },
    off: {
      file: "src/container/start-container.ts",
      find: "if (plan.probe !== undefined) {",
      replace: "if (plan.probe === undefined) {",
    },
  },
  {
    row: 3,
    feature: "a start that exits fails with its code and log",
    test: {
      project: "docker",
      file,
      name: "a container that exits while it starts > fails with its exit code and its last log lines, and is gone",
    },
    off: {
      file: "src/container/explain-failure.ts",
      find: "if (hasExitedEarly(error)) return explainExit(error, start);",
      replace: "",
    },
  },
  {
    row: 3,
    feature: "a start that fails leaves nothing",
    test: {
      project: "unit",
      file: "test/unit/container/start-container.test.ts",
      name: "a failure > of inspect leaves nothing behind, and is told",
    },
    off: {
      file: "src/container/start-container.ts",
      find: "  await rollback.defer(() => removeContainer(request.name, id, runtime));\n",
      replace: "",
    },
  },
  {
    row: 6,
    feature: "what was deleted makes way for a new container",
    test: {
      project: "docker",
      file,
      name: "a container that was deleted is stopped, and the next request makes a new one",
    },
    off: {
      file: "src/registry/shared-registry.ts",
      find: "const removal = this.#remove(entry);",
      replace: "const removal = Promise.resolve();",
    },
  },
];

import { describe, expect, test } from "vitest";
import { LifecycleError } from "../../../src/index.ts";
import type { ContainerState } from "../../../src/lifecycle/lifecycle-state.ts";
import { canFollow } from "../../../src/lifecycle/lifecycle-state.ts";
import type { Transition } from "../../../src/lifecycle/state-machine.ts";
import { StateMachine } from "../../../src/lifecycle/state-machine.ts";

/** Written out again, so that a change of the table has to be made twice. */
const legal: Readonly<Record<ContainerState, string>> = {
  created: "starting stopping failed",
  starting: "ready stopping failed",
  ready: "running stopping failed",
  running: "restarting stopping failed",
  restarting: "starting stopping failed",
  stopping: "stopped failed",
  stopped: "",
  failed: "",
};

const states: readonly ContainerState[] = [
  "created",
  "starting",
  "ready",
  "running",
  "restarting",
  "stopping",
  "stopped",
  "failed",
];

const pathTo: Readonly<Record<ContainerState, readonly ContainerState[]>> = {
  created: [],
  starting: ["starting"],
  ready: ["starting", "ready"],
  running: ["starting", "ready", "running"],
  restarting: ["starting", "ready", "running", "restarting"],
  stopping: ["stopping"],
  stopped: ["stopping", "stopped"],
  failed: ["failed"],
};

const pairs = states.flatMap((from) => states.map((to) => [from, to] as const));

function machineIn(state: ContainerState): StateMachine {
  const machine = new StateMachine("made", () => {});
  for (const step of pathTo[state]) machine.move(step, "on the way");
  return machine;
}

describe("the table", () => {
  test.for(pairs)("from %s to %s", ([from, to]) => {
    const isLegal = legal[from].split(" ").includes(to);
    const machine = machineIn(from);

    expect(canFollow(to, from)).toBe(isLegal);
    expect(machine.canMove(to)).toBe(isLegal);
    if (isLegal) {
      machine.move(to, "a reason");
      expect(machine.state).toBe(to);
    } else {
      expect(() => machine.move(to, "a reason")).toThrow(
        new LifecycleError(`A container cannot go from ${from} to ${to} (a reason).`),
      );
      expect(machine.state).toBe(from);
    }
  });
});

describe("a state machine", () => {
  test("tells of every move, the first state included, with its reason", () => {
    const told: Transition[] = [];
    const failure = new LifecycleError("it broke");

    const machine = new StateMachine("made", (transition) => told.push(transition));
    machine.move("starting", "wanted");
    machine.fail(failure);

    expect(told).toEqual([
      { to: "created", reason: "made" },
      { from: "created", to: "starting", reason: "wanted" },
      { from: "starting", to: "failed", reason: "it broke", error: failure },
    ]);
  });

  test("has moved by the time it tells of it", () => {
    const seen: ContainerState[] = [];
    const machine: StateMachine = new StateMachine("made", ({ from }) => {
      if (from !== undefined) seen.push(machine.state);
    });

    machine.move("starting", "wanted");

    expect(seen).toEqual(["starting"]);
  });

  test("tells of no illegal move", () => {
    const told: Transition[] = [];
    const machine = new StateMachine("made", (transition) => told.push(transition));

    expect(() => machine.move("running", "too early")).toThrow(LifecycleError);

    expect(told).toHaveLength(1);
  });
});

import { ResourceScope } from "../../src/lifecycle/resource-scope.ts";
import type { AreaControl } from "./control.ts";
import { Lane } from "./lane.ts";
import type { TestRun } from "./run-tests.ts";

/** How many tests run at the same time, each in a copy of the repository. */
const LANES = 2;

/** What a control showed. */
export type Verdict =
  /** The test passes, and fails with the feature off. */
  | "proves"
  /** The test fails as it is, so its failure says nothing. */
  | "fails-anyway"
  /** There is no such test, or it was skipped. */
  | "not-run"
  /** The test passes with the feature off. */
  | "passes-without"
  /** With the feature off, no test was run, or vitest did not end. */
  | "inconclusive";

/** What became of one control. */
export interface Tried extends AreaControl {
  readonly verdict: Verdict;
  /** How long the test took with the feature off, vitest's own start included, in seconds; absent when it was not run. */
  readonly seconds?: number;
  /** What the test, or vitest, said about it. */
  readonly said: string;
}

/** What trying needs. */
export interface TryOptions {
  readonly signal: AbortSignal;
  /** Told of each step. */
  readonly progress: (line: string) => void;
}

/** Runs the test of each control, first as the source is and then with the feature off. */
export async function tryAll(controls: readonly AreaControl[], options: TryOptions): Promise<readonly Tried[]> {
  await using scope = new ResourceScope();
  const lanes: Lane[] = [];
  while (lanes.length < Math.min(LANES, controls.length)) {
    const lane = await Lane.create();
    await scope.defer(() => lane[Symbol.asyncDispose]());
    lanes.push(lane);
  }
  const unmodified = new Map<string, TestRun>();
  await inLanes(lanes, byFile(controls), async (lane, [first, ...others]) => {
    const names = [...new Set([first, ...others].map(({ test }) => test.name))];
    const run = await lane.run(first.test, names, options.signal);
    unmodified.set(first.test.file, run);
    const passed = [...run.outcomes.values()].filter((outcome) => outcome === "passed").length;
    options.progress(`as it is: ${first.test.file}: ${passed} of ${names.length} passed, ${secondsOf(run)} s`);
  });
  const tried = new Map<AreaControl, Tried>();
  await inLanes(lanes, controls, async (lane, control) => {
    const result = await tryOne(control, unmodified.get(control.test.file), lane, options.signal);
    tried.set(control, result);
    options.progress(`off: ${control.feature}: ${result.verdict}`);
  });
  return controls.map((control) => tried.get(control)).filter((one) => one !== undefined);
}

async function tryOne(
  control: AreaControl,
  asItIs: TestRun | undefined,
  lane: Lane,
  signal: AbortSignal,
): Promise<Tried> {
  const { test, off } = control;
  const before = asItIs?.outcomes.get(test.name);
  if (before === undefined) return { ...control, verdict: "not-run", said: asItIs?.output ?? "" };
  if (before === "failed") return { ...control, verdict: "fails-anyway", said: asItIs?.failures.get(test.name) ?? "" };
  const run = await lane.without(off, () => lane.run(test, [test.name], signal));
  const outcome = run.outcomes.get(test.name);
  const verdict = outcome === undefined ? "inconclusive" : outcome === "failed" ? "proves" : "passes-without";
  return { ...control, verdict, seconds: secondsOf(run), said: run.failures.get(test.name) ?? run.output };
}

function byFile(controls: readonly AreaControl[]): readonly [AreaControl, ...AreaControl[]][] {
  return [...Map.groupBy(controls, ({ test }) => test.file).values()].map((group) => {
    const [first, ...others] = group;
    if (first === undefined) throw new Error("A group has at least one member.");
    return [first, ...others];
  });
}

/** Works off a list, in as many lanes as there are. */
async function inLanes<T>(
  lanes: readonly Lane[],
  items: readonly T[],
  work: (lane: Lane, item: T) => Promise<void>,
): Promise<void> {
  const waiting = items.values();
  await Promise.all(
    lanes.map(async (lane) => {
      for (const item of waiting) await work(lane, item);
    }),
  );
}

function secondsOf({ durationMs }: TestRun): number {
  return Math.round(durationMs / 100) / 10;
}

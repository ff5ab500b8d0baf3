import { summarise } from "../harness/summary.ts";
import type { Summary } from "../harness/summary.ts";
import type { Measurement, Outcome } from "../harness/target.ts";
import { commandKind, promptKinds } from "./kinds.ts";

const MAX_MEDIAN_MS = 10;
const MAX_P99_MS = 50;

/** What one kind of probe measured. */
interface KindOutcome extends Summary {
  /** How many samples were usable: of the others the side poll cannot tell the moment to 10 ms. */
  readonly n: number;
  /** What the median must not exceed. */
  readonly target: number;
  /** What the 99th percentile must not exceed, where there is a limit. */
  readonly targetP99?: number;
  readonly met: boolean;
}

/**
 * Judges the lags of every kind by itself.
 *
 * @param samples - The lags by the name of their kind; those of the peer by `peer http` and `peer ports`.
 * @param exec - How long the command of the command probe takes.
 */
export function verdictOf(
  about: Pick<Outcome, "id" | "title" | "unit" | "n">,
  samples: Readonly<Record<string, readonly number[]>>,
  exec: Summary,
  peerName: string,
): Measurement {
  const of = (name: string): readonly number[] => samples[name] ?? [];
  const prompt = promptKinds.map(({ name }) => [name, judgePrompt(of(name))] as const);
  const kinds = Object.fromEntries([...prompt, [commandKind.name, judgeCommand(of(commandKind.name), exec)]]);
  const peer = { http: summarise(of("peer http")), "listening ports": summarise(of("peer ports")) };
  const outcome = {
    ...about,
    cleanroom: summarise(promptKinds.flatMap(({ name }) => of(name))),
    baseline: { name: `${peerName}, http`, ...peer.http },
    baselineTuned: { name: `${peerName}, listening ports`, ...peer["listening ports"] },
    ratio: Math.max(...prompt.map(([, { median }]) => median)),
    target: MAX_MEDIAN_MS,
    met: Object.values(kinds).every(({ met }) => met),
    ...{ judgedBy: "figure" as const, exec, kinds },
  };
  const rows = [
    ...Object.entries(kinds).map(([name, summary]) => ({ name, summary })),
    { name: "one exec of the command", summary: exec },
    ...Object.entries(peer).map(([name, summary]) => ({ name: `${peerName}, ${name}`, summary })),
  ];
  return { outcome, rows, notes: notesOn(kinds) };
}

function judgePrompt(lags: readonly number[]): KindOutcome {
  const summary = summarise(lags);
  const met = summary.median <= MAX_MEDIAN_MS && summary.p99 <= MAX_P99_MS;
  return { n: lags.length, ...summary, target: MAX_MEDIAN_MS, targetP99: MAX_P99_MS, met };
}

function judgeCommand(lags: readonly number[], exec: Summary): KindOutcome {
  const summary = summarise(lags);
  return { n: lags.length, ...summary, target: exec.median, met: summary.median <= exec.median };
}

function notesOn(kinds: Readonly<Record<string, KindOutcome>>): readonly string[] {
  const verdicts = Object.entries(kinds).map(([name, { met, n }]) => `${name} ${met ? "met" : "NOT MET"} (n = ${n})`);
  return [
    `${verdicts.join(", ")}.`,
    `Limits: median ${MAX_MEDIAN_MS} ms, p99 ${MAX_P99_MS} ms; command: median of one exec. The figure is the worst median.`,
    "Below 100 rounds the p99 is the maximum. A negative lag: we knew before the side poll, which pauses 1 ms, did.",
    "The moment a file appeared is its own time stamp, which lies up to one kernel tick (4 ms) before the truth.",
  ];
}

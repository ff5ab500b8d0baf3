import type { Judgement } from "./judgement.ts";
import type { Summary } from "./summary.ts";

/** One run of the benchmark, as its targets see it. */
export interface Run {
  /** How often every side is measured. */
  readonly rounds: number;
  /** Whether to measure in full size what takes long. */
  readonly isFull: boolean;
  /** Aborts when the run is interrupted. */
  readonly signal: AbortSignal;
  /** Every container of the run bears these, whoever starts it: what bears them at the end is removed. */
  readonly labels: Readonly<Record<string, string>>;
  /** Tells whoever watches what is being done. */
  readonly progress: (text: string) => void;
}

/** A summary and whose it is. */
export interface NamedSummary extends Summary {
  /** Who was measured, with its version where it has one. */
  readonly name: string;
}

/** What a target measured; printed as one JSON object. A target adds fields of its own. */
export interface Outcome {
  readonly id: string;
  readonly title: string;
  readonly unit: "ms" | "MB" | "%";
  /** How often every side was measured, the warm-up not counted. */
  readonly n: number;
  readonly cleanroom: Summary;
  /** The other side of the ratio; for an absolute target a comparison, if there is one. */
  readonly baseline: NamedSummary | null;
  /** Whether the target limits a ratio, or a figure by itself. */
  readonly judgedBy: "ratio" | "figure";
  /** Median over median; for an absolute target the figure itself. */
  readonly ratio: number;
  /** What `ratio` must not exceed. */
  readonly target: number;
  /** Whether all of its limits are kept. */
  readonly met: boolean;
  /** For a target that has several limits, each by its name; `ratio` and `target` are those of the first. */
  readonly judged?: Readonly<Record<string, Judgement>>;
}

/** A line of the table. */
export interface Row {
  readonly name: string;
  readonly summary: Summary;
}

/** What a target hands back. */
export interface Measurement {
  readonly outcome: Outcome;
  /** Everything that was measured, for people. */
  readonly rows: readonly Row[];
  /** What else there is to know about the figures, a sentence each. */
  readonly notes: readonly string[];
}

/** One thing that is measured. */
export interface Target {
  /** What it is called on the command line. */
  readonly id: string;
  readonly title: string;
  /** How often every side is measured when nobody says. */
  readonly defaultRounds: number;
  /** Measures. Whatever it starts it removes, also when it fails or is interrupted. */
  measure(run: Run): Promise<Measurement>;
}

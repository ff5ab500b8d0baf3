import { hasCode } from "../errors/cleanroom-error.ts";
import { messageOf } from "../errors/describe.ts";
import { refusalOf } from "../errors/engine-request-error.ts";
import type { Clock } from "../time/clock.ts";
import { sleep } from "../time/sleep.ts";
import { attemptProbe } from "./attempt-probe.ts";
import type { Probe, ProbeTarget } from "./probe.ts";

/** How one attempt is bounded and where time comes from. */
export interface ReadinessOptions {
  /** How long one attempt may take, in milliseconds; a hung one is ended and tried again. */
  readonly attemptTimeoutMs: number;
  /** Where time comes from. */
  readonly clock: Clock;
}

/** What the probe has seen so far; kept up to date while the wait goes on, for whoever has to report it. */
export interface ReadinessTrace {
  /** How often the probe was tried. */
  attempts: number;
  /** What the last attempts saw, oldest first; the same one several times in a row is there once. */
  lastResults: readonly string[];
  /** The failure of the last attempt. */
  lastFailure?: unknown;
  /** Whether it has succeeded. */
  isHealthy: boolean;
}

const KEPT_RESULTS = 3;
const MIN_PAUSE_MS = 2;
const MAX_PAUSE_MS = 100;
/** Share of the time waited so far that a pause may take: what is lost by pausing stays below half a per cent. */
const PAUSE_RATIO = 0.005;

/**
 * Tries `probe` until it succeeds or `signal` aborts. Pauses between attempts grow with the time waited, from
 * 2 ms; so a quick service is seen at once and a slow one costs little.
 *
 * @throws the signal's reason, or what a probe fails with that no further attempt can mend.
 */
export async function waitUntilHealthy(
  probe: Probe,
  target: ProbeTarget,
  options: ReadinessOptions & { readonly trace: ReadinessTrace; readonly signal: AbortSignal },
): Promise<void> {
  const { clock, trace, signal } = options;
  const startedAtMs = clock.now();
  for (;;) {
    trace.attempts += 1;
    const failure = await attemptProbe(probe, target, { clock, timeoutMs: options.attemptTimeoutMs, signal });
    if (isHopeless(failure?.error)) throw failure?.error;
    trace.isHealthy = failure === undefined;
    if (failure === undefined) return;
    remember(trace, failure.error);
    await sleep(clock, pauseAfter(clock.now() - startedAtMs), signal);
  }
}

/** How long to pause after having waited for `waitedMs`, in milliseconds. */
export function pauseAfter(waitedMs: number): number {
  return Math.min(MAX_PAUSE_MS, Math.max(MIN_PAUSE_MS, waitedMs * PAUSE_RATIO));
}

/** A port that is not published or a program that is not in the image does not appear by waiting. */
function isHopeless(error: unknown): boolean {
  if (refusalOf(error) === "command-not-runnable") return true;
  return hasCode(error, "CLEANROOM_CONFIGURATION") || hasCode(error, "CLEANROOM_UNSUPPORTED");
}

function remember(trace: ReadinessTrace, failure: unknown): void {
  const result = messageOf(failure);
  trace.lastFailure = failure;
  if (trace.lastResults.at(-1) === result) return;
  trace.lastResults = [...trace.lastResults, result].slice(-KEPT_RESULTS);
}

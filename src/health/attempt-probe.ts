import { ProbeError } from "../errors/probe-error.ts";
import { abortable } from "../time/abortable.ts";
import type { Clock } from "../time/clock.ts";
import { Deadline } from "../time/deadline.ts";
import { checkProbe } from "./check-probe.ts";
import type { Probe, ProbeTarget } from "./probe.ts";

/** How one attempt is bounded. */
export interface AttemptOptions {
  /** How long it may take, in milliseconds; then it is ended and counts as failed. */
  readonly timeoutMs: number;
  /** Where time comes from. */
  readonly clock: Clock;
  /** Ends it early. */
  readonly signal: AbortSignal;
}

/**
 * Tries `probe` once; the promise settles in time although a probe of the user's own may ignore its signal.
 *
 * @returns what it failed with; `undefined` when it succeeded.
 * @throws the signal's reason.
 */
export async function attemptProbe(
  probe: Probe,
  target: ProbeTarget,
  { timeoutMs, clock, signal }: AttemptOptions,
): Promise<{ readonly error: unknown } | undefined> {
  using deadline = new Deadline({
    clock,
    timeoutMs,
    signal,
    onExpire: () => new ProbeError(`no answer within ${timeoutMs} ms`),
  });
  try {
    await abortable(checkProbe(probe, target, clock, deadline.signal), deadline.signal);
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    return { error: deadline.signal.aborted ? deadline.signal.reason : error };
  }
}

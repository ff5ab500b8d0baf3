import { hasCode, isCleanroomError } from "../errors/cleanroom-error.ts";
import { messageOf } from "../errors/describe.ts";
import { ProbeError } from "../errors/probe-error.ts";
import { describeProbe } from "./describe-probe.ts";
import type { NotProbe, Probe } from "./probe.ts";

/** One attempt of a probe that is part of another. */
export type CheckPart = (part: Probe, signal: AbortSignal) => Promise<void>;

/** Checks every part at once; the parts still at work are ended as soon as the outcome is known. */
export async function checkCombined(
  kind: "all" | "any",
  probes: readonly Probe[],
  check: CheckPart,
  signal: AbortSignal,
): Promise<void> {
  const settled = new AbortController();
  const partSignal = AbortSignal.any([signal, settled.signal]);
  const parts = probes.map((probe) => check(probe, partSignal));
  try {
    await (kind === "all" ? Promise.all(parts) : Promise.any(parts));
  } catch (error) {
    throw error instanceof AggregateError ? failureOfAll(error) : error;
  } finally {
    settled.abort();
    for (const part of parts) part.catch(() => undefined); // The outcome is known; what the others say is not.
  }
}

function failureOfAll({ errors }: AggregateError): unknown {
  const causes: readonly unknown[] = errors;
  // Where one part can still succeed, another that never will is no reason to give up.
  return causes.every(isOtherProblem) ? causes[0] : new ProbeError(causes.map(messageOf).join(", "), causes[0]);
}

/** Checks one part after the other, up to the first that is not healthy, and names that one. */
export async function checkSequence(probes: readonly Probe[], check: CheckPart, signal: AbortSignal): Promise<void> {
  for (const probe of probes) {
    try {
      await check(probe, signal);
    } catch (error) {
      signal.throwIfAborted();
      throw isOtherProblem(error) ? error : new ProbeError(`${describeProbe(probe)}: ${messageOf(error)}`, error);
    }
  }
}

/** Succeeds when the other probe finds its service unhealthy; not when it could find out nothing. */
export async function checkNot({ probe }: NotProbe, check: CheckPart, signal: AbortSignal): Promise<void> {
  try {
    await check(probe, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (isOtherProblem(error)) throw error;
    return;
  }
  throw new ProbeError(`${describeProbe(probe)} is healthy`);
}

/** Whether it tells of something other than the health of a service, such as an engine that refuses. */
function isOtherProblem(error: unknown): boolean {
  return isCleanroomError(error) && !hasCode(error, "CLEANROOM_PROBE_FAILED");
}

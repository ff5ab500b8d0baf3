import { hasCode, isCleanroomError } from "../errors/cleanroom-error.ts";
import { messageOf } from "../errors/describe.ts";
import { ProbeError } from "../errors/probe-error.ts";
import type { Clock } from "../time/clock.ts";
import { checkCommand } from "./check-command.ts";
import { checkFile } from "./check-file.ts";
import { checkHttp } from "./check-http.ts";
import { checkPostgres } from "./check-postgres.ts";
import { checkRedis } from "./check-redis.ts";
import { checkTcp } from "./check-tcp.ts";
import type { CombinedProbe, Probe, ProbeTarget } from "./probe.ts";

/**
 * One attempt of a probe.
 *
 * @throws ProbeError, or what a probe of the user's own rejects with, when the service is not healthy.
 */
export async function checkProbe(probe: Probe, target: ProbeTarget, clock: Clock, signal: AbortSignal): Promise<void> {
  if (!("kind" in probe)) return probe.check(target, signal);
  switch (probe.kind) {
    case "tcp":
      return checkTcp(probe, target, clock, signal);
    case "http":
      return checkHttp(probe, target, signal);
    case "command":
      return checkCommand(probe, target, signal);
    case "file":
      return checkFile(probe, target, signal);
    case "postgres":
      return checkPostgres(probe, target, signal);
    case "redis":
      return checkRedis(probe, target, signal);
    case "all":
    case "any":
      return checkCombined(probe, target, clock, signal);
  }
}

/** Checks every part at once; the parts still at work are ended as soon as the outcome is known. */
async function checkCombined(
  { kind, probes }: CombinedProbe,
  target: ProbeTarget,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const settled = new AbortController();
  const partSignal = AbortSignal.any([signal, settled.signal]);
  const parts = probes.map((probe) => checkProbe(probe, target, clock, partSignal));
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
  const isFatal = causes.every((cause) => isCleanroomError(cause) && !hasCode(cause, "CLEANROOM_PROBE_FAILED"));
  return isFatal ? causes[0] : new ProbeError(causes.map(messageOf).join(", "), causes[0]);
}

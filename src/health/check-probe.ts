import type { Clock } from "../time/clock.ts";
import { checkCombined, checkNot, checkSequence } from "./check-combined.ts";
import type { CheckPart } from "./check-combined.ts";
import { checkCommand } from "./check-command.ts";
import { checkDisk } from "./check-disk.ts";
import { checkFile } from "./check-file.ts";
import { checkHealthCheck } from "./check-health-check.ts";
import { checkHttp } from "./check-http.ts";
import { checkMemory } from "./check-memory.ts";
import { checkPostgres } from "./check-postgres.ts";
import { checkRedis } from "./check-redis.ts";
import { checkTcp } from "./check-tcp.ts";
import type { Probe, ProbeTarget } from "./probe.ts";

/**
 * One attempt of a probe.
 *
 * @throws ProbeError, or what a probe of the user's own rejects with, when the service is not healthy.
 */
export async function checkProbe(probe: Probe, target: ProbeTarget, clock: Clock, signal: AbortSignal): Promise<void> {
  if (!("kind" in probe)) return probe.check(target, signal);
  const checkPart: CheckPart = (part, partSignal) => checkProbe(part, target, clock, partSignal);
  switch (probe.kind) {
    case "tcp":
      return checkTcp(probe, target, clock, signal);
    case "http":
      return checkHttp(probe, target, signal);
    case "command":
      return checkCommand(probe, target, signal);
    case "file":
      return checkFile(probe, target, clock, signal);
    case "disk":
      return checkDisk(probe, target, signal);
    case "memory":
      return checkMemory(probe, target, signal);
    case "healthCheck":
      return checkHealthCheck(target, signal);
    case "postgres":
      return checkPostgres(probe, target, signal);
    case "redis":
      return checkRedis(probe, target, signal);
    case "not":
      return checkNot(probe, checkPart, signal);
    case "sequence":
      return checkSequence(probe.probes, checkPart, signal);
    case "all":
    case "any":
      return checkCombined(probe.kind, probe.probes, checkPart, signal);
  }
}

import { CleanupError } from "../errors/cleanup-error.ts";
import type { CleanupReport } from "../teardown/cleanup-report.ts";
import type { Clock } from "../time/clock.ts";
import { closeHandle } from "./close-handle.ts";
import { leaveSession } from "./leave-session.ts";
import type { ManagedService } from "./managed-service.ts";
import type { SeatOnDemand } from "./seat-on-demand.ts";
import { warnOfKept } from "./warn-of-kept.ts";

/** Where services are given back, and when. */
export interface GivingBack {
  /** The process's seat in the session. */
  readonly seat: SeatOnDemand;
  /** Where time comes from. */
  readonly clock: Clock;
}

/**
 * Gives back everything that a process has, and its seat in the session. Never rejects: the report says what failed.
 *
 * @param onLeft - Called once the services are given back.
 */
export async function giveBackAll(
  services: readonly ManagedService[],
  { seat, clock }: GivingBack,
  onLeft: () => void,
): Promise<Omit<CleanupReport, "durationMs">> {
  const closing = await Promise.allSettled(services.map((service) => closeHandle(service, clock)));
  const { containers, networks, errors } = await leaveSession(seat, services, clock);
  warnOfKept(containers);
  onLeft();
  const leaving = await Promise.allSettled([seat[Symbol.asyncDispose]()]);
  return { containers, networks, errors: [...failuresOf(closing), ...errors, ...failuresOf(leaving)] };
}

/**
 * Gives one service back ahead of the rest.
 *
 * @throws CleanupError with everything that failed.
 */
export async function giveBackOne(service: ManagedService, { seat, clock }: GivingBack): Promise<void> {
  const closing = await Promise.allSettled([closeHandle(service, clock)]);
  const { errors } = service.hasContainer ? await seat.member.release(service.name, service.serviceId) : { errors: [] };
  const failures = [...failuresOf(closing), ...errors];
  if (failures.length > 0) throw new CleanupError(failures);
}

function failuresOf(outcomes: readonly PromiseSettledResult<unknown>[]): readonly unknown[] {
  return outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason as unknown] : []));
}

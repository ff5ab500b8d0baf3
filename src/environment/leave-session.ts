import type { ReleaseReport } from "../coordinator/coordination.ts";
import type { Clock } from "../time/clock.ts";
import type { ManagedService } from "./managed-service.ts";
import type { SeatOnDemand } from "./seat-on-demand.ts";

/** What a session has is given back at its end, so that what one of its processes started is there for the next. */
export async function leaveSession(
  seat: SeatOnDemand,
  services: readonly ManagedService[],
  clock: Clock,
): Promise<ReleaseReport> {
  if (!seat.isTaken) return { containers: [], networks: [], errors: [] };
  if (!seat.isOwnSession) {
    const startedAtMs = clock.now();
    const containers = services
      .filter(({ hasContainer }) => hasContainer)
      .map(({ name, id }) => ({ name, id, outcome: "still-used" as const, startedAtMs, durationMs: 0 }));
    return { containers, networks: [], errors: [] };
  }
  try {
    return await seat.member.endSession();
  } catch (error) {
    return { containers: [], networks: [], errors: [error] };
  }
}

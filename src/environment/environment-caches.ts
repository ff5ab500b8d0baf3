import type { CachesStats } from "../caches/cache-stats.ts";
import { noCachesStats } from "../caches/cache-stats.ts";
import type { ManagedService } from "./managed-service.ts";
import type { SeatOnDemand } from "./seat-on-demand.ts";

/** What is kept for whoever needs it next. */
export interface EnvironmentCaches {
  /**
   * What became of all containers, images, networks and cache volumes since the coordinator began, which all processes of the user
   * share; what other environments had at hand, and asked nobody for, is in it once they have asked for statistics themselves.
   */
  stats(): Promise<CachesStats>;
}

/** Asks the coordinator for its statistics, and tells it what this environment had at hand. */
export class CachesOfEnvironment implements EnvironmentCaches {
  readonly #seat: SeatOnDemand;
  #hitsAtHand = 0;

  constructor(seat: SeatOnDemand) {
    this.#seat = seat;
  }

  /** Notes that somebody asked for a service that was at hand. */
  noteHit({ hasContainer }: ManagedService): void {
    if (hasContainer) this.#hitsAtHand += 1;
  }

  async stats(): Promise<CachesStats> {
    return this.#seat.isTaken ? this.#seat.member.cacheStats(this.#hitsAtHand) : noCachesStats;
  }
}

import type { CachesStats, CacheStats } from "../caches/cache-stats.ts";
import { noCachesStats } from "../caches/cache-stats.ts";
import { askCoordinator } from "../coordinator/ask-coordinator.ts";
import { locateCoordinator } from "../environment/shared-seat.ts";
import { systemClock } from "../time/system-clock.ts";
import { table } from "./table.ts";
import { print } from "./terminal.ts";

/** What `cleanroom caches` is told. */
export interface CachesCommandOptions {
  /** Whether to print JSON. */
  readonly json?: boolean;
}

/** Prints the statistics of the caches, of the coordinator that runs; zeros when none does. */
export async function caches({ json = false }: CachesCommandOptions): Promise<void> {
  const { address, state } = await locateCoordinator(systemClock);
  const whom = { address, secret: state.secret, mayStart: false };
  const stats = (await askCoordinator(whom, (coordinator) => coordinator.cacheStats(0))) ?? noCachesStats;
  print(json ? JSON.stringify(stats, null, 2) : table(rowsOf(stats)));
}

function rowsOf({ containers, images, networks, volumes }: CachesStats): readonly Readonly<Record<string, string>>[] {
  return [
    rowOf("containers", containers),
    rowOf("images", images),
    rowOf("networks", networks),
    rowOf("volumes", volumes),
  ];
}

function rowOf(cache: string, { hits, misses, ratio, size, evictions }: CacheStats): Readonly<Record<string, string>> {
  return {
    CACHE: cache,
    SIZE: String(size),
    HITS: String(hits),
    MISSES: String(misses),
    RATIO: ratio.toFixed(2),
    EVICTED: Object.entries(evictions)
      .map(([reason, count]) => `${count} ${reason}`)
      .join(", "),
  };
}

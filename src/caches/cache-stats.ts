/**
 * Why an entry left a cache. `capacity`: there was no room. `expired`: it was kept, or was in the cache, long enough. `released`:
 * nobody needed it any more, and it was not to be kept. `replaced`: it was out of date. `renewed`: its container was initialised
 * anew, and is another entry now. `deleted`: somebody asked for that. `failed`: it could not be used any more. `lost`: somebody
 * else removed it.
 */
export type EvictionReason =
  "capacity" | "expired" | "released" | "replaced" | "renewed" | "deleted" | "failed" | "lost";

/** What became of a cache's entries and of those who asked for them, since the cache came into being. */
export interface CacheStats {
  /** How often what was asked for was there. */
  readonly hits: number;
  /** How often it was not, and had to be made or looked up. */
  readonly misses: number;
  /** The share of hits in all questions, from 0 to 1; 0 when nobody has asked. */
  readonly ratio: number;
  /** How many entries there are. */
  readonly size: number;
  /** How many entries have left, by reason; reasons that none has left for are absent. */
  readonly evictions: Readonly<Partial<Record<EvictionReason, number>>>;
}

/** The statistics of every cache. */
export interface CachesStats {
  /** Containers that can be used. */
  readonly containers: CacheStats;
  /** Images that are known to be there. */
  readonly images: CacheStats;
  /** Networks that services reach each other on. */
  readonly networks: CacheStats;
  /** Volumes of mounts of the type `cache`. */
  readonly volumes: CacheStats;
}

const none: CacheStats = { hits: 0, misses: 0, ratio: 0, size: 0, evictions: {} };

/** The statistics of caches that nobody has asked yet. */
export const noCachesStats: CachesStats = { containers: none, images: none, networks: none, volumes: none };

/** Counts what becomes of a cache's entries. */
export class CacheCounters {
  #hits = 0;
  #misses = 0;
  readonly #evictions = new Map<EvictionReason, number>();

  /** Notes that what was asked for was there. */
  hit(times = 1): void {
    this.#hits += times;
  }

  /** Notes that it was not. */
  miss(): void {
    this.#misses += 1;
  }

  /** Notes that an entry has left. */
  evicted(reason: EvictionReason): void {
    this.#evictions.set(reason, (this.#evictions.get(reason) ?? 0) + 1);
  }

  /** What was counted so far, of a cache of this size. */
  stats(size: number): CacheStats {
    const asked = this.#hits + this.#misses;
    return {
      hits: this.#hits,
      misses: this.#misses,
      ratio: asked === 0 ? 0 : this.#hits / asked,
      size,
      evictions: Object.fromEntries(this.#evictions),
    };
  }
}

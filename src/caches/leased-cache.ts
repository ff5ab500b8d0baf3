import { LifecycleError } from "../errors/lifecycle-error.ts";
import type { Clock } from "../time/clock.ts";
import type { CacheStats, EvictionReason } from "./cache-stats.ts";
import { CacheCounters } from "./cache-stats.ts";
import type { EntryUse, EvictionPolicy } from "./eviction-policy.ts";
import { inEvictionOrder } from "./eviction-policy.ts";

/** How much a cache keeps. */
export interface CacheLimits {
  /** Which entry goes first when there are too many. */
  readonly policy: EvictionPolicy;
  /** Most entries, those in use included, which may be more: they never go. */
  readonly maxEntries: number;
  /** How long an entry is used after it was set, in milliseconds; for ever when absent. */
  readonly ttlMs?: number | undefined;
}

/** What a cache needs. */
export interface LeasedCacheOptions<Value> {
  /** How much it keeps, to begin with. */
  readonly limits: CacheLimits;
  /** Where time comes from. */
  readonly clock: Pick<Clock, "now">;
  /** Told of each entry that has left, which is then the listener's: to be stopped or removed. Must not throw. */
  readonly onEvict?: (key: string, value: Value, reason: EvictionReason) => void;
}

/** Whoever uses an entry, so that it does not go. */
export type CacheUser = string;

/** Values by key, no more than there is room for. What somebody uses is never evicted. */
export class LeasedCache<Value> {
  readonly #options: LeasedCacheOptions<Value>;
  readonly #counters = new CacheCounters();
  readonly #entries = new Map<string, Entry<Value>>();
  #limits: CacheLimits;
  /** Counts uses: within a millisecond there can be several. */
  #uses = 0;

  constructor(options: LeasedCacheOptions<Value>) {
    this.#options = options;
    this.#limits = options.limits;
  }

  /** The keys of all entries. */
  get keys(): readonly string[] {
    return [...this.#entries.keys()];
  }

  /** The entry of a key, whatever its age; neither a use nor a question that counts. */
  peek(key: string): Value | undefined {
    return this.#entries.get(key)?.value;
  }

  /** Whether somebody uses an entry. */
  isInUse(key: string): boolean {
    return (this.#entries.get(key)?.users.size ?? 0) > 0;
  }

  /** What there is under a key; it counts as a hit or a miss. `user` uses it until it releases it. */
  get(key: string, user?: CacheUser): Value | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || this.#evictIfExpired(key, entry)) {
      this.#counters.miss();
      return undefined;
    }
    this.#counters.hit();
    this.#use(entry, user);
    return entry.value;
  }

  /** Has a user use an entry until it releases it, without that counting as a question. */
  hold(key: string, user: CacheUser): void {
    this.#entries.get(key)?.users.add(user);
  }

  /** Enters a value, in place of what there was of its key unless that is in use. Others make room first. */
  set(key: string, value: Value, user?: CacheUser): void {
    const former = this.#entries.get(key);
    if (former !== undefined && former.users.size > 0)
      throw new LifecycleError(`${key} cannot be replaced while it is in use.`);
    if (former !== undefined) this.#evict(key, former, "replaced");
    this.#makeRoom(1);
    const entry: Entry<Value> = { value, users: new Set(), addedAt: 0, usedAt: 0, uses: 0, setAtMs: this.#nowMs };
    this.#use(entry, user);
    entry.addedAt = entry.usedAt;
    this.#entries.set(key, entry);
  }

  /** Notes that a user needs an entry no longer. It goes at once when it is too old, or too many are kept. */
  release(key: string, user: CacheUser): void {
    const entry = this.#entries.get(key);
    if (entry?.users.delete(user) !== true || entry.users.size > 0) return;
    if (!this.#evictIfExpired(key, entry)) this.#makeRoom(0);
  }

  /** Takes an entry out, unless somebody uses it. Tells whether there is none any more. */
  delete(key: string, reason: EvictionReason = "deleted"): boolean {
    const entry = this.#entries.get(key);
    if (entry === undefined) return true;
    if (entry.users.size > 0) return false;
    this.#evict(key, entry, reason);
    return true;
  }

  /** Keeps so much from now on; what is too much goes. */
  limit(limits: CacheLimits): void {
    this.#limits = limits;
    for (const [key, entry] of [...this.#entries]) this.#evictIfExpired(key, entry);
    this.#makeRoom(0);
  }

  /** What became of its entries. */
  stats(): CacheStats {
    return this.#counters.stats(this.#entries.size);
  }

  #use(entry: Entry<Value>, user: CacheUser | undefined): void {
    this.#uses += 1;
    entry.usedAt = this.#uses;
    entry.uses += 1;
    if (user !== undefined) entry.users.add(user);
  }

  #evictIfExpired(key: string, entry: Entry<Value>): boolean {
    const isExpired = entry.users.size === 0 && this.#nowMs >= this.#expiresAtMs(entry);
    if (isExpired) this.#evict(key, entry, "expired");
    return isExpired;
  }

  /** For so many entries more. */
  #makeRoom(entries: number): void {
    const excess = this.#entries.size + entries - this.#limits.maxEntries;
    if (excess <= 0) return;
    const idle = [...this.#entries].filter(([, { users }]) => users.size === 0);
    const leaving = inEvictionOrder(idle, ([, entry]) => this.#useOf(entry), this.#limits.policy).slice(0, excess);
    for (const [key, entry] of leaving) this.#evict(key, entry, "capacity");
  }

  #useOf(entry: Entry<Value>): EntryUse {
    const { addedAt, usedAt, uses } = entry;
    return { addedAt, usedAt, uses, expiresAt: this.#expiresAtMs(entry) };
  }

  #expiresAtMs({ setAtMs }: Entry<Value>): number {
    return setAtMs + (this.#limits.ttlMs ?? Number.POSITIVE_INFINITY);
  }

  get #nowMs(): number {
    return this.#options.clock.now();
  }

  #evict(key: string, { value }: Entry<Value>, reason: EvictionReason): void {
    this.#entries.delete(key);
    this.#counters.evicted(reason);
    this.#options.onEvict?.(key, value, reason);
  }
}

interface Entry<Value> {
  readonly value: Value;
  readonly users: Set<CacheUser>;
  /** The use that it came with. */
  addedAt: number;
  /** Its last use. */
  usedAt: number;
  /** How often it was used. */
  uses: number;
  readonly setAtMs: number;
}

import type { EvictionReason } from "../../../src/caches/cache-stats.ts";
import type { EvictionPolicyName } from "../../../src/caches/eviction-policy.ts";

/** An entry as the model knows it. */
interface Known {
  readonly key: string;
  readonly setAtMs: number;
  readonly users: Set<string>;
  /** The numbers of the steps in which it was used, the first of which brought it. */
  readonly usedIn: number[];
}

/** What a cache has to do, said as plainly as can be: every question is answered by looking at all that has happened. */
export class CacheModel {
  entries: Known[] = [];
  hits = 0;
  misses = 0;
  readonly left: string[] = [];

  readonly #policy: EvictionPolicyName;
  readonly #maxEntries: number;
  readonly #ttlMs: number;
  #step = 0;

  constructor(policy: EvictionPolicyName, maxEntries: number, ttlMs: number) {
    this.#policy = policy;
    this.#maxEntries = maxEntries;
    this.#ttlMs = ttlMs;
  }

  get(key: string, user: string | undefined, nowMs: number): boolean {
    const entry = this.#find(key);
    if (entry !== undefined && entry.users.size === 0 && nowMs - entry.setAtMs >= this.#ttlMs)
      this.#leave(entry, "expired");
    const found = this.#find(key);
    if (found === undefined) this.misses += 1;
    else {
      this.hits += 1;
      this.#use(found, user);
    }
    return found !== undefined;
  }

  /** Tells whether it can be done. */
  set(key: string, user: string | undefined, nowMs: number): boolean {
    const former = this.#find(key);
    if (former !== undefined && former.users.size > 0) return false;
    if (former !== undefined) this.#leave(former, "replaced");
    while (this.entries.length >= this.#maxEntries && this.#victim !== undefined) this.#leave(this.#victim, "capacity");
    const entry: Known = { key, setAtMs: nowMs, users: new Set(), usedIn: [] };
    this.#use(entry, user);
    this.entries.push(entry);
    return true;
  }

  release(key: string, user: string, nowMs: number): void {
    const entry = this.#find(key);
    if (entry?.users.delete(user) !== true || entry.users.size > 0) return;
    if (nowMs - entry.setAtMs >= this.#ttlMs) this.#leave(entry, "expired");
    else
      while (this.entries.length > this.#maxEntries && this.#victim !== undefined)
        this.#leave(this.#victim, "capacity");
  }

  delete(key: string): void {
    const entry = this.#find(key);
    if (entry?.users.size === 0) this.#leave(entry, "deleted");
  }

  /** The one that goes next: no other idle one goes before it. */
  get #victim(): Known | undefined {
    const idle = this.entries.filter(({ users }) => users.size === 0);
    return idle.find((entry) => idle.every((other) => other === entry || this.#goesBefore(entry, other)));
  }

  #goesBefore(a: Known, b: Known): boolean {
    const [lastOfA = 0, lastOfB = 0] = [a.usedIn.at(-1), b.usedIn.at(-1)];
    switch (this.#policy) {
      case "lru":
        return lastOfA < lastOfB;
      case "mru":
        return lastOfA > lastOfB;
      case "lfu":
        return a.usedIn.length === b.usedIn.length ? lastOfA < lastOfB : a.usedIn.length < b.usedIn.length;
      case "ttl":
        return this.entries.indexOf(a) < this.entries.indexOf(b); // All live equally long, so the first to come expires first.
    }
  }

  #find(key: string): Known | undefined {
    return this.entries.find((entry) => entry.key === key);
  }

  #use(entry: Known, user: string | undefined): void {
    entry.usedIn.push((this.#step += 1));
    if (user !== undefined) entry.users.add(user);
  }

  #leave(entry: Known, reason: EvictionReason): void {
    this.entries = this.entries.filter((other) => other !== entry);
    this.left.push(`${entry.key} ${reason}`);
  }
}

/** How an entry of a cache has been used. Moments are numbers of one clock: the larger, the later. */
export interface EntryUse {
  /** When it came into the cache. */
  readonly addedAt: number;
  /** When it was last used. */
  readonly usedAt: number;
  /** How often it was used since it came. */
  readonly uses: number;
  /** When it is too old to be used; infinite where it never is. */
  readonly expiresAt: number;
}

/** Decides which entry of a cache goes first when there is no room. What is in use is never asked about. */
export interface EvictionPolicy {
  /** What it is called in messages and statistics. */
  readonly name: string;
  /** Negative when `a` goes before `b`, positive when it goes after it; at 0 the one that came first goes first. Pure. */
  compare(a: EntryUse, b: EntryUse): number;
}

/**
 * What Cleanroom's own policies are called. `lru`, `mru`: the least, the most recently used goes first. `lfu`: the one used
 * least often, of those the one unused the longest. `ttl`: the one that expires first.
 */
export type EvictionPolicyName = "lru" | "mru" | "lfu" | "ttl";

/** Cleanroom's own policies. */
export const evictionPolicies: Readonly<Record<EvictionPolicyName, EvictionPolicy>> = {
  lru: { name: "lru", compare: (a, b) => ascending(a.usedAt, b.usedAt) },
  mru: { name: "mru", compare: (a, b) => ascending(b.usedAt, a.usedAt) },
  lfu: { name: "lfu", compare: (a, b) => ascending(a.uses, b.uses) || ascending(a.usedAt, b.usedAt) },
  ttl: { name: "ttl", compare: (a, b) => ascending(a.expiresAt, b.expiresAt) },
};

/** The policy of a name, or the one given. */
export function policyOf(policy: EvictionPolicyName | EvictionPolicy): EvictionPolicy {
  return typeof policy === "string" ? evictionPolicies[policy] : policy;
}

/** Entries in the order in which a policy has them go. */
export function inEvictionOrder<Entry>(
  entries: readonly Entry[],
  useOf: (entry: Entry) => EntryUse,
  policy: EvictionPolicy,
): readonly Entry[] {
  return entries
    .map((entry, index) => ({ entry, index, use: useOf(entry) }))
    .toSorted((a, b) => policy.compare(a.use, b.use) || ascending(a.use.addedAt, b.use.addedAt) || a.index - b.index)
    .map(({ entry }) => entry);
}

/** Without a difference, which is no number of two that are infinite. */
function ascending(a: number, b: number): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

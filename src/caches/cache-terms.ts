import type { CacheLimits } from "./leased-cache.ts";
import type { EvictionPolicy, EvictionPolicyName } from "./eviction-policy.ts";
import { policyOf } from "./eviction-policy.ts";

/** Which entry goes first: one of Cleanroom's policies by name; where nothing is shared with other processes, one's own. */
export type ChosenPolicy = EvictionPolicyName | EvictionPolicy;

/** How much of networks or volumes is kept, as somebody asks for it. */
export interface CacheTerms {
  /** Which entry goes first. */
  readonly policy: ChosenPolicy;
  /** Most entries, those in use included. */
  readonly maxEntries: number;
}

/** How much is remembered and kept of images, as somebody asks for it. */
export interface ImageCacheTerms {
  /** Which image goes first, of those that Cleanroom made. */
  readonly policy: ChosenPolicy;
  /** How long it is believed that an image is there, in milliseconds. */
  readonly ttlMs: number;
  /** How much data the images that Cleanroom made may hold, in bytes. */
  readonly maxBytes: number;
}

/** How much each cache but that of containers keeps, as somebody asks for it. */
export interface CachesTerms {
  /** Of images. */
  readonly images: ImageCacheTerms;
  /** Of networks. */
  readonly networks: CacheTerms;
  /** Of volumes. */
  readonly volumes: CacheTerms;
}

/** What holds where nobody says otherwise. An engine has addresses for some thirty networks. */
export const defaultTerms: CachesTerms = {
  images: { policy: "ttl", ttlMs: 10_000, maxBytes: 2_000_000_000 },
  networks: { policy: "lfu", maxEntries: 8 },
  volumes: { policy: "mru", maxEntries: 16 },
};

/** What a cache is told of the terms. */
export function limitsOf({ policy, maxEntries }: CacheTerms): CacheLimits {
  return { policy: policyOf(policy), maxEntries };
}

/** The policy for containers where nobody says otherwise. */
export const containerPolicy: EvictionPolicyName = "lru";

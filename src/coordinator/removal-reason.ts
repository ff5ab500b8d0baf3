import type { EvictionReason } from "../caches/cache-stats.ts";

/** Why services are removed, in the words that their users are told, and what that is to the cache of containers. */
const reasons = {
  "no longer needed": "released",
  "kept long enough": "expired",
  "used long enough": "expired",
  replaced: "replaced",
  "room for another": "capacity",
  "more were kept than are allowed": "capacity",
  "removed by hand": "deleted",
  "whoever had it is done with it": "released",
  "its creator died": "failed",
  "could not be created": "failed",
  "given up": "failed",
  "it had failed": "failed",
  "to be removed still": "failed",
  "somebody else removed it": "lost",
} as const satisfies Record<string, EvictionReason>;

/** Why a service is removed, in words. */
export type RemovalReason = keyof typeof reasons;

/** What a removal is to the cache of containers. */
export function evictionReasonOf(reason: RemovalReason): EvictionReason {
  return reasons[reason];
}

import type { EvictionReason } from "../caches/cache-stats.ts";

/** Why a service is removed, in the words that its users are told. */
export type RemovalReason =
  | "no longer needed"
  | "kept long enough"
  | "used long enough"
  | "replaced"
  | "room for another"
  | "more were kept than are allowed"
  | "removed by hand"
  | "whoever had it is done with it"
  | "its creator died"
  | "could not be created"
  | "given up"
  | "it had failed"
  | "to be removed still"
  | "somebody else removed it";

const evictionReasons: Readonly<Record<RemovalReason, EvictionReason>> = {
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
};

/** What a removal is to the cache of containers. */
export function evictionReasonOf(reason: RemovalReason): EvictionReason {
  return evictionReasons[reason];
}

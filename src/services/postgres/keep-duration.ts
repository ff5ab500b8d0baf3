import type { ContainerAccess } from "../container-access.ts";

/** The longest that a part can be kept after it was given back, in milliseconds: what a timer can wait. */
const MAX_KEEP_MS = 2_147_483_647;

/** How long a part can be kept of the time that was asked for, in milliseconds. */
export function keepDuration(forMs: number, { canKeepParts }: ContainerAccess): number {
  return canKeepParts === true ? Math.min(Math.max(0, Math.floor(forMs) || 0), MAX_KEEP_MS) : 0;
}

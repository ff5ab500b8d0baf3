import type { CachesStats } from "../caches/cache-stats.ts";
import { noCachesStats } from "../caches/cache-stats.ts";
import type { Coordinator } from "./coordinator.ts";
import type { Member } from "./session.ts";

/**
 * What became of everything that a coordinator keeps.
 *
 * @param coordinator - Whose they are.
 * @param member - Who asks.
 * @param hitsAtHand - How often he had at hand what he needed, in all.
 */
export function cachesStats(coordinator: Coordinator, member: Member | undefined, hitsAtHand: number): CachesStats {
  const { containers, images, networks, volumes } = coordinator;
  if (member !== undefined) containers.hitAtHand(member.id, hitsAtHand);
  return {
    containers: containers.stats(),
    images: images?.stats() ?? noCachesStats.images,
    networks: networks.stats(),
    volumes: volumes.stats(),
  };
}

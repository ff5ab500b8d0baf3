import { forEachSeeded } from "../seed/seeded-order.ts";
import type { ReleaseReport } from "./coordination.ts";
import { noReport } from "./release-report.ts";
import type { ServiceBook } from "./service-book.ts";
import type { SharedService } from "./shared-service.ts";

/**
 * Retires services that nobody uses: all at the same time, or where they have a seed one after the other, in the order that follows
 * from it. Somebody may come meanwhile for one that waits for its turn.
 */
export function retireInTurn(
  unused: readonly SharedService[],
  book: ServiceBook,
  retire: (service: SharedService) => Promise<ReleaseReport>,
): Promise<readonly ReleaseReport[]> {
  const [seed] = unused.flatMap(({ request }) => request.seed ?? []);
  const isStillUnused = (service: SharedService): boolean => service.isUnused && book.get(service.id) === service;
  const nameOf = ({ request }: SharedService): string => request.name;
  return forEachSeeded(seed, unused, nameOf, async (service) => (isStillUnused(service) ? retire(service) : noReport));
}

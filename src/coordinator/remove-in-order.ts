import type { ReleaseReport } from "./coordination.ts";
import { mergeReports } from "./release-report.ts";
import type { Retirement } from "./retirement.ts";
import type { SharedService } from "./shared-service.ts";

/** Removes services whoever uses them, each after those of the others that depend on it. Never rejects. */
export async function removeInOrder(
  services: readonly SharedService[],
  retirement: Retirement,
): Promise<ReleaseReport> {
  const removals = new Map<SharedService, Promise<ReleaseReport>>();
  const remove = async (service: SharedService): Promise<ReleaseReport> => {
    const dependants = services.filter((other) => service.dependants.has(other));
    await Promise.all(dependants.map(removeOnce));
    return retirement.remove(service, "removed by hand");
  };
  const removeOnce = (service: SharedService): Promise<ReleaseReport> => {
    const removal = removals.get(service) ?? remove(service);
    removals.set(service, removal);
    return removal;
  };
  return mergeReports(await Promise.all(services.map(removeOnce)));
}

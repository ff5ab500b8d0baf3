import type { ReleaseReport } from "./coordination.ts";
import { mergeReports, noReport } from "./release-report.ts";
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

/** Removes those services that nobody uses, and then those that only they needed. Never rejects. */
export async function removeUnused(services: readonly SharedService[], retirement: Retirement): Promise<ReleaseReport> {
  // Looked at and marked as going in the same turn, so that nobody can come in between.
  const unused = services.filter(({ isUnused, state }) => isUnused && state === "ready");
  if (unused.length === 0) return noReport;
  const reports = await Promise.all(unused.map((service) => retirement.remove(service, "removed by hand")));
  const { containers, ...others } = mergeReports(reports);
  const rest = await removeUnused(services, retirement);
  const goneSince = new Set(rest.containers.map(({ id }) => id)); // It was kept for a moment, as every unused service.
  return mergeReports([{ ...others, containers: containers.filter(({ id }) => !goneSince.has(id)) }, rest]);
}

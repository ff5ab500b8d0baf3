import { askCoordinator } from "../coordinator/ask-coordinator.ts";
import { projectGroup } from "../coordinator/labels.ts";
import type { ServiceStatus } from "../coordinator/protocol.ts";
import { projectOf } from "../environment/project.ts";
import { locateCoordinator } from "../environment/shared-seat.ts";
import { systemClock } from "../time/system-clock.ts";
import { removeKeptFailures } from "./kept-failures.ts";
import { hasLeftovers } from "./leftovers.ts";
import { print, printError } from "./terminal.ts";

/** What `cleanroom down` is told. */
export interface DownOptions {
  /** Whether to remove what other projects have as well. */
  readonly all?: boolean;
  /** Whether to remove what somebody still uses. */
  readonly force?: boolean;
}

/**
 * Removes the project's services that are kept although nobody uses them, and its containers that are kept because they
 * failed. Returns the exit code.
 */
export async function down({ all = false, force = false }: DownOptions): Promise<number> {
  const location = await locateCoordinator(systemClock);
  const { address, state } = location;
  const project = await projectOf(process.cwd());
  const group = projectGroup(project);
  const isMeant = (service: ServiceStatus): boolean => (all || service.group === group) && service.state !== "creating";
  const report = await askCoordinator(
    { address, secret: state.secret, mayStart: await hasLeftovers(location) },
    async (coordinator) => {
      const services = (await coordinator.status()).filter(isMeant);
      const used = services.filter(({ users }) => users !== "");
      if (!force)
        for (const { name, users } of used) print(`${name} stays: it is used by ${users}. --force removes it.`);
      return coordinator.removeServices(
        services.map(({ serviceId }) => serviceId),
        force,
      );
    },
  );
  const { containers = [], errors = [] } = report ?? {};
  const kept = await removeKeptFailures(location, all ? undefined : project);
  for (const { name, outcome } of containers) print(`${name} ${outcome}`);
  for (const name of kept) print(`${name} removed`);
  if (containers.length + kept.length === 0) print("There was nothing to remove.");
  for (const { message } of errors) printError(message);
  return errors.length === 0 ? 0 : 1;
}

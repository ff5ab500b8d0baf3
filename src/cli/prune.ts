import { askCoordinator } from "../coordinator/ask-coordinator.ts";
import { locateCoordinator } from "../environment/shared-seat.ts";
import { systemClock } from "../time/system-clock.ts";
import { print, printError } from "./terminal.ts";

/**
 * Removes warm images, containers that are kept because they failed, and what runs that were killed have left and nobody
 * looks after. Returns the exit code.
 */
export async function prune(): Promise<number> {
  const { address, state } = await locateCoordinator(systemClock);
  const request = { address, secret: state.secret, mayStart: true };
  const { removed, failures } = (await askCoordinator(request, (coordinator) => coordinator.sweep())) ?? {
    removed: [],
    failures: [],
  };
  for (const what of removed) print(`Removed ${what}`);
  if (removed.length === 0) print("Nothing was left behind.");
  for (const failure of failures) printError(failure);
  return failures.length === 0 ? 0 : 1;
}

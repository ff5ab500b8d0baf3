import { connectCaretaker } from "../backend/engine-api/connect-caretaker.ts";
import type { EngineCaretaker, LabelledObject } from "../backend/engine-caretaker.ts";
import { isKeptFailure } from "../coordinator/kept-failures.ts";
import { OWNER_LABEL, PROJECT_LABEL } from "../coordinator/labels.ts";
import type { CoordinatorLocation } from "../environment/shared-seat.ts";
import { systemClock } from "../time/system-clock.ts";

/** The containers of this user that failed and are kept to be looked at. */
export function keptFailures(location: CoordinatorLocation): Promise<readonly LabelledObject[]> {
  return withCaretaker(location, (caretaker) => listKept(location, caretaker));
}

/**
 * Removes those of a project, or of all, and returns their names. Nobody uses them, so no coordinator has to be asked.
 *
 * @param project - All when absent.
 */
export function removeKeptFailures(
  location: CoordinatorLocation,
  project: string | undefined,
): Promise<readonly string[]> {
  return withCaretaker(location, async (caretaker) => {
    const kept = await listKept(location, caretaker);
    const meant = kept.filter(({ labels }) => project === undefined || labels[PROJECT_LABEL] === project);
    await Promise.all(meant.map(({ id }) => caretaker.remove(id)));
    return meant.map(({ name }) => name);
  });
}

async function withCaretaker<T>(
  { address }: CoordinatorLocation,
  work: (caretaker: EngineCaretaker) => Promise<T>,
): Promise<T> {
  const { endpoint, certificateDirectory } = address;
  await using caretaker = connectCaretaker({ endpoint, certificateDirectory, clock: systemClock });
  return await work(caretaker);
}

async function listKept(
  { state }: CoordinatorLocation,
  caretaker: EngineCaretaker,
): Promise<readonly LabelledObject[]> {
  const objects = await caretaker.list(`${OWNER_LABEL}=${state.owner}`);
  return objects.filter((object) => object.kind === "container" && isKeptFailure(object));
}

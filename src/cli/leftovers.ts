import { connectCaretaker } from "../backend/engine-api/connect-caretaker.ts";
import { isKeptFailure } from "../coordinator/kept-failures.ts";
import { COORDINATOR_LABEL } from "../coordinator/labels.ts";
import type { CoordinatorLocation } from "../environment/shared-seat.ts";
import { systemClock } from "../time/system-clock.ts";

/** Whether the engine has something that a coordinator looks after, or looked after until it was killed. */
export async function hasLeftovers({ address }: CoordinatorLocation): Promise<boolean> {
  const { endpoint, certificateDirectory, paths } = address;
  await using caretaker = connectCaretaker({ endpoint, certificateDirectory, clock: systemClock });
  const objects = await caretaker.list(`${COORDINATOR_LABEL}=${paths.id}`);
  return objects.some((object) => !isKeptFailure(object));
}

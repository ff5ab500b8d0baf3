import { hasCode } from "../errors/cleanroom-error.ts";
import { UnsupportedError } from "../errors/unsupported-error.ts";
import type { ClaimedContainer, ContainerAccess } from "./container-access.ts";
import type { GenericContainer } from "./generic/generic-container.ts";
import type { ResetPlan } from "./reset-container.ts";
import { resetContainer } from "./reset-container.ts";

/** Which container is wanted for oneself alone. */
export interface OwnContainerRequest<Handle> {
  /** Name of the service. */
  readonly name: string;
  /** What can be asked of the container that is shared. */
  readonly access: ContainerAccess;
  /** How one that others had is reset; absent when none is used twice. */
  readonly plan?: ResetPlan<Handle> | undefined;
  /** Whether the next one is started meanwhile, where none is used twice. */
  readonly isNextStarted: boolean;
  /** Makes its handle, which gives it back when it is disposed. */
  readonly attach: (container: ClaimedContainer, giveBack: () => Promise<void>) => Handle;
  /** Ends the wait early. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * A container that belongs to the caller alone, who disposes it. One that cannot be reset is removed, and another taken.
 *
 * @throws UnsupportedError where nobody starts containers, or the reset asks for what cannot be done; what starting a
 * container throws; CapacityError; the signal's reason.
 */
export async function claimContainer<Handle extends GenericContainer>(
  request: OwnContainerRequest<Handle>,
): Promise<Handle> {
  const { name, access, plan, attach, signal } = request;
  if (access.claim === undefined) throw new UnsupportedError(unattended(name));
  const claim = {
    includesShared: plan !== undefined,
    isNextStarted: plan === undefined && request.isNextStarted,
    signal,
  };
  for (;;) {
    const container = await access.claim(claim);
    const handle = attach(container, () => container.give(plan !== undefined));
    if (plan === undefined || container.isNew) return handle;
    try {
      await resetContainer(handle, plan, signal);
      return handle;
    } catch (error) {
      await container.discard(error);
      signal?.throwIfAborted();
      if (isForGood(error)) throw error;
    }
  }
}

/** No other container would do better. */
function isForGood(error: unknown): boolean {
  return hasCode(error, "CLEANROOM_CONFIGURATION") || hasCode(error, "CLEANROOM_UNSUPPORTED");
}

function unattended(name: string): string {
  const problem = `${name} has no container of one's own here: whoever used \`attachService\` starts none.`;
  return `${problem}\nOpen an environment in the session with \`CleanroomEnvironment.open\`, and ask that for it.`;
}

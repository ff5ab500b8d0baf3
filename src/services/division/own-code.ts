import { hasCode, isCleanroomError } from "../../errors/cleanroom-error.ts";
import { messageOf } from "../../errors/describe.ts";
import { IsolationError } from "../../errors/isolation-error.ts";
import { TimeoutError } from "../../errors/timeout-error.ts";
import { abortable } from "../../time/abortable.ts";
import type { Clock } from "../../time/clock.ts";
import { Deadline } from "../../time/deadline.ts";

/** How long code of the user's may take over one part, in milliseconds. */
const OWN_CODE_TIMEOUT_MS = 30_000;

/** What code of the user's is called to do. */
export interface OwnCodeTask {
  /** Name of the service. */
  readonly container: string;
  /** As it follows "could not", for example `isolate db`. */
  readonly operation: string;
  /** The function in `isolation.parts` that is called, or is being waited for now. */
  readonly method: string;
  /** Where time comes from. */
  readonly clock: Clock;
  /**
   * How long it may take, in milliseconds.
   * @default 30_000
   */
  readonly timeoutMs?: number;
  /** Ends the wait early. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Calls code of the user's and waits for it, as long as is reasonable. The signal that it gets aborts then.
 *
 * @throws IsolationError with what it threw, unless that says as much itself; TimeoutError; the signal's reason.
 */
export async function callOwnCode<T>(task: OwnCodeTask, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { operation, clock, timeoutMs = OWN_CODE_TIMEOUT_MS, signal } = task;
  signal?.throwIfAborted();
  const onExpire = (elapsedMs: number): Error => {
    const hint = `See whether \`${task.method}\` in \`isolation.parts\` waits for what never comes.`;
    return new TimeoutError({ operation, timeoutMs, elapsedMs, hint });
  };
  using deadline = new Deadline({ clock, timeoutMs, signal, onExpire });
  try {
    return await abortable(work(deadline.signal), deadline.signal);
  } catch (error) {
    signal?.throwIfAborted();
    // That something of the user's had ended must not read as if the service had.
    if (isCleanroomError(error) && !hasCode(error, "CLEANROOM_LIFECYCLE")) throw error;
    throw ownCodeFailure(task, messageOf(error), error);
  }
}

/** That code of the user's did not do what it should. */
export function ownCodeFailure(
  { container, operation, method }: Pick<OwnCodeTask, "container" | "operation" | "method">,
  reason: string,
  cause?: unknown,
): IsolationError {
  const more = cause === undefined ? "" : "; the cause says more";
  const hint = `This is what \`${method}\` in \`isolation.parts\` came to${more}.`;
  return new IsolationError({ container, operation, failure: "failed", reason, hint }, cause);
}

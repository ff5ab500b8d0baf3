import { isCleanroomError } from "../errors/cleanroom-error.ts";
import { messageOf } from "../errors/describe.ts";
import { IsolationError } from "../errors/isolation-error.ts";
import { TimeoutError } from "../errors/timeout-error.ts";
import { abortable } from "../time/abortable.ts";
import { Deadline } from "../time/deadline.ts";
import { systemClock } from "../time/system-clock.ts";

/** How long a service may take over one isolated part, in milliseconds. */
const ISOLATION_TIMEOUT_MS = 30_000;

/**
 * Makes an isolated part. Who stops waiting gets none, and what still comes of it is undone.
 *
 * @throws IsolationError with what the service's driver said; TimeoutError; the signal's reason.
 */
export async function isolatePart<T>(
  container: string,
  work: Promise<T>,
  undo: (part: T) => Promise<unknown>,
  signal: AbortSignal | undefined,
): Promise<T> {
  try {
    return await isolating(container, work, signal);
  } catch (error) {
    work.then(undo).catch(() => undefined); // Whoever waited was told; the part goes with its service at the latest.
    throw error;
  }
}

/**
 * Waits for a service to make, empty or remove an isolated part, as long as is reasonable.
 *
 * @throws IsolationError with what the service's driver said; TimeoutError; the signal's reason.
 */
export async function isolating<T>(container: string, work: Promise<T>, signal?: AbortSignal): Promise<T> {
  using deadline = new Deadline({
    clock: systemClock,
    timeoutMs: ISOLATION_TIMEOUT_MS,
    signal,
    onExpire: () => new TimeoutError({ operation: `isolate ${container}`, timeoutMs: ISOLATION_TIMEOUT_MS }),
  });
  try {
    return await abortable(work, deadline.signal);
  } catch (error) {
    deadline.signal.throwIfAborted();
    if (isCleanroomError(error)) throw error;
    const hint = "See whether it still runs, and what its `logs()` say.";
    throw new IsolationError({ container, failure: "failed", reason: messageOf(error), hint }, error);
  }
}

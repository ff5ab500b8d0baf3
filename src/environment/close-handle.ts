import { TimeoutError } from "../errors/timeout-error.ts";
import { abortable } from "../time/abortable.ts";
import type { Clock } from "../time/clock.ts";
import { Deadline } from "../time/deadline.ts";
import type { ManagedService } from "./managed-service.ts";

/** How long a handle may take to close its connections, in milliseconds. The container ends them anyhow. */
const CLOSE_TIMEOUT_MS = 2000;

/** Closes what a handle has open to its service, and gives parts back that it has. Throws `TimeoutError` when that takes too long. */
export async function closeHandle({ name, handle, parts }: ManagedService, clock: Clock): Promise<void> {
  await using _parts = parts; // After the handle. It has limits of its own.
  const operation = `close the connections to ${name}`;
  using deadline = new Deadline({
    clock,
    timeoutMs: CLOSE_TIMEOUT_MS,
    onExpire: (elapsedMs) => new TimeoutError({ operation, timeoutMs: CLOSE_TIMEOUT_MS, elapsedMs }),
  });
  await abortable(Promise.resolve(handle[Symbol.asyncDispose]()), deadline.signal);
}

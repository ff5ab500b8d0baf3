import { abortable } from "./abortable.ts";
import type { Clock } from "./clock.ts";

/** Resolves after `delayMs` milliseconds; rejects with the signal's reason when that comes first. */
export async function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = clock.startTimer(resolve, delayMs);
  try {
    await abortable(promise, signal);
  } finally {
    timer.cancel();
  }
}

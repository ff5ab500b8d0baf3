import { withRetries } from "../recovery/with-retries.ts";
import { seededRandom } from "../seed/seeded-random.ts";
import type { ContainerRuntime } from "./container-runtime.ts";
import type { StartRequest } from "./start-container.ts";

/**
 * Starts a container, and again when that fails, as often as its plan says. What a failed start had made is gone before the next.
 *
 * @param start - Told which attempt it is, from 1.
 * @throws what the last attempt failed with, which tells the others; the signal's reason.
 */
export function startAgain<T>(
  start: (attempt: number) => Promise<T>,
  { name, plan: { retry }, seed }: Pick<StartRequest, "name" | "plan" | "seed">,
  { clock, emitter }: ContainerRuntime,
  signal: AbortSignal,
): Promise<T> {
  if (retry === undefined) return start(1);
  return withRetries(start, {
    ...{ policy: retry, clock, signal },
    random: seededRandom(seed, ["jitter", name]),
    onRetry: (failed) => {
      emitter.emit("recovery:retry", { name, ...failed });
    },
  });
}

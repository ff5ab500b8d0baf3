import { isCleanroomError } from "../errors/cleanroom-error.ts";
import { firstLineOf, lines } from "../errors/describe.ts";
import { extendError } from "../errors/extend.ts";
import type { Clock } from "../time/clock.ts";
import { sleep } from "../time/sleep.ts";
import type { RetryPolicy } from "./retry-policy.ts";
import { delayAfter, isRetryable } from "./retry-policy.ts";

/** An attempt that failed and is followed by another. */
export interface FailedAttempt {
  /** Which attempt it was, from 1. */
  readonly attempt: number;
  /** How many there may be in all. */
  readonly attempts: number;
  /** How long until the next one begins, in milliseconds. */
  readonly delayMs: number;
  /** What it failed with. */
  readonly error: unknown;
}

/** What trying again needs. */
export interface RetryOptions {
  /** Whether, when and how often. */
  readonly policy: Required<RetryPolicy>;
  /** Where time comes from. */
  readonly clock: Clock;
  /** Ends the wait for the next attempt, and lets none follow. An attempt under way ends itself. */
  readonly signal: AbortSignal;
  /** Told of each attempt that failed, when it is known that another follows. */
  readonly onRetry: (failed: FailedAttempt) => void;
  /**
   * Numbers from 0 to 1 for the jitter.
   * @default Math.random
   */
  readonly random?: () => number;
}

/**
 * Does `work`, and does it again when it fails with one of the policy's failures: `attempts` times in all, and after pauses that
 * grow. Each attempt must have undone what it did before it rejects.
 *
 * @param work - Told which attempt it is, from 1.
 * @throws the signal's reason; what the only attempt failed with; after several, what the last one failed with, with the failures
 * of all in its `errors` and its message.
 */
export async function withRetries<T>(work: (attempt: number) => Promise<T>, options: RetryOptions): Promise<T> {
  const { policy, clock, signal, onRetry, random = Math.random } = options;
  const { attempts } = policy;
  const { default: pRetry } = await import("p-retry"); // Few starts fail, and fewer processes start anything.
  const failures: unknown[] = [];
  try {
    return await pRetry((attempt) => noting(failures, work(attempt)), {
      retries: attempts - 1,
      minTimeout: 0, // It waits by a timer of its own; here time comes from the clock.
      // Not its `signal`: it would reject though an attempt succeeded, and nobody would own what that made.
      shouldRetry: async ({ attemptNumber: attempt }) => {
        const error = failures.at(-1);
        if (signal.aborted || !isRetryable(error, policy)) return false;
        const delayMs = delayAfter(attempt, policy, random());
        onRetry({ attempt, attempts, delayMs, error });
        await sleep(clock, delayMs, signal);
        return true;
      },
    });
  } catch {
    signal.throwIfAborted();
    throw failureOf(failures, attempts);
  }
}

/** Keeps what `work` fails with as it is: what reaches the end of p-retry may have been wrapped. */
async function noting<T>(failures: unknown[], work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    failures.push(error);
    throw error;
  }
}

/** The last failure, which also tells those before it. What is not Cleanroom's own error stays as it is. */
function failureOf(failures: readonly unknown[], attempts: number): unknown {
  const last = failures.at(-1);
  const earlier = failures.slice(0, -1);
  if (earlier.length === 0 || !isCleanroomError(last)) return last;
  const note = lines(
    `This was attempt ${failures.length} of ${attempts}. Before it:`,
    ...earlier.map((failure, index) => `  ${index + 1}: ${firstLineOf(failure)}`),
  );
  return extendError(last, note, failures);
}

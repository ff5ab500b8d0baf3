import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hasCode } from "../../../src/errors/cleanroom-error.ts";
import { reviveError, toErrorData } from "../../../src/errors/error-data.ts";
import { CreationError, MigrationError, StartError, type RetryPolicy } from "../../../src/index.ts";
import { delayAfter, resolveRetryPolicy, retryableCodes } from "../../../src/recovery/retry-policy.ts";
import { withRetries, type FailedAttempt } from "../../../src/recovery/with-retries.ts";
import { ManualClock } from "../../../src/testing/index.ts";
import { outcomeOf, turns } from "../support/outcome.ts";

/** A process that exited, as each attempt does. */
function exit(exitCode: number): StartError {
  return new StartError({ container: "db", image: "postgres:17", exitCode, elapsedMs: 5, logTail: "" });
}

const migration = new MigrationError({ container: "db", reason: "syntax error" });
const missing = new CreationError({
  ...{ container: "db", image: "postgres:99" },
  ...{ failure: "image-not-found", reason: "No such image" },
});

/** Tries what fails with each of these in turn, and then succeeds; turns the clock until it is settled. */
async function run(
  failures: readonly unknown[],
  policy: RetryPolicy = {},
  { random = (): number => 0, abort = new AbortController() } = {},
): Promise<{ outcome: unknown; attemptsAtMs: readonly number[]; told: readonly FailedAttempt[]; clock: ManualClock }> {
  const clock = new ManualClock();
  const attemptsAtMs: number[] = [];
  const told: FailedAttempt[] = [];
  const begun = Promise.withResolvers<undefined>(); // What tries again has to be loaded first.
  const work = (attempt: number): Promise<string> => {
    begun.resolve(undefined);
    attemptsAtMs.push(clock.now());
    return attempt <= failures.length ? Promise.reject(failures[attempt - 1]) : Promise.resolve(`attempt ${attempt}`);
  };
  const running = withRetries(work, {
    ...{ policy: resolveRetryPolicy(policy), clock, signal: abort.signal, random },
    onRetry: (failed) => told.push(failed),
  });
  const outcome = outcomeOf(running);
  const settled = outcome.then(() => true);
  const pending = (): Promise<boolean> => Promise.race([settled, turns(2).then(() => false)]);
  await begun.promise;
  while (!(await pending())) await clock.advance(50);
  return { outcome: await outcome, attemptsAtMs, told, clock };
}

describe("what fails", () => {
  test("is tried again after pauses that double, until it succeeds", async () => {
    const policy: RetryPolicy = { attempts: 5, delayMs: 100, factor: 2 };

    const { outcome, attemptsAtMs, told } = await run([exit(1), exit(2), exit(3)], policy);

    expect(outcome).toBe("attempt 4");
    expect(attemptsAtMs).toEqual([0, 100, 300, 700]);
    expect(told).toEqual([
      { attempt: 1, attempts: 5, delayMs: 100, error: exit(1) },
      { attempt: 2, attempts: 5, delayMs: 200, error: exit(2) },
      { attempt: 3, attempts: 5, delayMs: 400, error: exit(3) },
    ]);
  });

  test("the first time and the last tells every attempt", async () => {
    const { outcome, attemptsAtMs, told } = await run([exit(1), exit(2), exit(3), exit(4)]);

    expect(attemptsAtMs).toHaveLength(3);
    expect(told).toHaveLength(2);
    expect(outcome).toBeInstanceOf(StartError);
    expect(outcome).toMatchObject({
      code: "CLEANROOM_EXITED_AT_START",
      details: { exitCode: 3 },
      cause: exit(3),
      errors: [exit(1), exit(2), exit(3)],
      message:
        "db (postgres:17) exited with code 3 after 5 ms, before it was ready.\nIt logged nothing.\n" +
        "This was attempt 3 of 3. Before it:\n" +
        "  1: db (postgres:17) exited with code 1 after 5 ms, before it was ready.\n" +
        "  2: db (postgres:17) exited with code 2 after 5 ms, before it was ready.",
    });
  });

  test("tells every attempt in other processes as well", async () => {
    const { outcome } = await run([exit(1), exit(2), exit(3)]);

    const revived = reviveError(JSON.parse(JSON.stringify(toErrorData(outcome))) as never);

    expect(revived).toBeInstanceOf(StartError);
    expect(revived).toMatchObject({ message: (outcome as Error).message, errors: [exit(1), exit(2), exit(3)] });
  });

  test("with what no attempt can mend is tried once, and passes through as it is", async () => {
    for (const failure of [migration, missing, new TypeError("a mistake"), "no error", undefined]) {
      const { outcome, attemptsAtMs, told } = await run([failure]);

      expect(outcome).toBe(failure);
      expect(attemptsAtMs).toEqual([0]);
      expect(told).toEqual([]);
    }
  });

  test("with that at its second attempt ends there, and tells the first", async () => {
    const { outcome, attemptsAtMs } = await run([exit(1), migration], { attempts: 5 });

    expect(attemptsAtMs).toEqual([0, 100]);
    expect(outcome).toMatchObject({ code: "CLEANROOM_MIGRATION", cause: migration, errors: [exit(1), migration] });
    expect((outcome as Error).message).toContain("This was attempt 2 of 5. Before it:\n  1: db (postgres:17) exited");
  });

  test("with what a policy does not name is tried once", async () => {
    const { attemptsAtMs } = await run([exit(1)], { on: ["CLEANROOM_HEALTH_TIMEOUT"] });

    expect(attemptsAtMs).toEqual([0]);
  });
});

describe("an abort", () => {
  test("ends the pause at once, with its reason", async () => {
    const abort = new AbortController();
    const clock = new ManualClock();
    let attempts = 0;
    const running = withRetries(
      () => {
        attempts += 1;
        return Promise.reject(exit(1));
      },
      {
        ...{ policy: resolveRetryPolicy({}), clock, signal: abort.signal },
        onRetry: () => {
          abort.abort("enough");
        },
      },
    );

    expect(await outcomeOf(running)).toBe("enough");
    expect(attempts).toBe(1);
    expect(clock.pendingTimers).toBe(0);
  });

  test("during an attempt lets none follow", async () => {
    const abort = new AbortController();
    abort.abort("enough");

    const { outcome, attemptsAtMs } = await run([exit(1)], {}, { abort });

    expect(outcome).toBe("enough");
    expect(attemptsAtMs).toEqual([0]);
  });

  test("that comes too late changes nothing: what was made belongs to the caller", async () => {
    const abort = new AbortController();
    abort.abort("enough");

    expect((await run([], {}, { abort })).outcome).toBe("attempt 1");
  });
});

describe("a pause", () => {
  test("grows no longer than it may, and is lengthened by the jitter only", () => {
    const policy = resolveRetryPolicy({ delayMs: 100, factor: 3, maxDelayMs: 500, jitterRatio: 0.5 });

    expect([1, 2, 3, 4].map((attempt) => delayAfter(attempt, policy, 0))).toEqual([100, 300, 500, 500]);
    expect([1, 2, 3, 4].map((attempt) => delayAfter(attempt, policy, 1))).toEqual([150, 450, 750, 750]);
  });
});

test("nothing is ever tried more often than it may be, nor again for what is not named", async () => {
  const failure = fc.constantFrom(exit(1), migration, missing, "no error");
  const codes = fc.subarray([...retryableCodes]);
  const policies = fc.record({ attempts: fc.integer({ min: 1, max: 6 }), factor: fc.constantFrom(1, 2), on: codes });

  await fc.assert(
    fc.asyncProperty(fc.array(failure, { maxLength: 8 }), policies, async (failures, policy) => {
      const { attemptsAtMs, told, clock } = await run(failures, { ...policy, delayMs: 50 });

      const isNamed = (one: unknown): boolean => policy.on.some((code) => hasCode(one, code));
      const retried = failures.findIndex((one) => !isNamed(one));
      const wanted = (retried === -1 ? failures.length : retried) + 1;
      expect(attemptsAtMs).toHaveLength(Math.min(wanted, policy.attempts));
      expect(told).toHaveLength(attemptsAtMs.length - 1);
      expect(clock.pendingTimers).toBe(0);
    }),
    { numRuns: 60 },
  );
});

import { expect, test } from "vitest";
import { IsolationError, LifecycleError } from "../../../src/index.ts";
import { isolatePart, isolating } from "../../../src/services/isolating.ts";
import { KeptConnection } from "../../../src/services/kept-connection.ts";
import { outcomeOf, turns } from "../support/outcome.ts";

function connectionWith(open: () => Promise<string>): KeptConnection<string> {
  return new KeptConnection<string>({
    open,
    close: () => Promise.resolve(),
    onEnd: () => undefined,
    setKeepsAlive: () => undefined,
    isBroken: () => false,
    isGone: () => false,
  });
}

test("what fails is told with what was being done", async () => {
  const task = { container: "db", operation: "drop the database test_1 of db" };

  const error = await outcomeOf(isolating(task, () => Promise.reject(new LifecycleError("no"))));
  const refusal = await outcomeOf(isolating(task, () => Promise.reject(new TypeError("refused"))));

  expect(error).toEqual(new LifecycleError("no"));
  expect(refusal).toBeInstanceOf(IsolationError);
  expect((refusal as IsolationError).message).toBe(
    "Could not drop the database test_1 of db: refused\nSee whether it still runs, and what its `logs()` say.",
  );
});

test("who leaves while the part is made gets none, and it is taken back once it is there", async () => {
  const made = Promise.withResolvers<string>();
  const undone: string[] = [];
  const abort = new AbortController();
  const connection = connectionWith(() => Promise.resolve("client"));
  const outcome = outcomeOf(
    isolatePart(
      connection,
      { container: "db", operation: "isolate db", signal: abort.signal },
      { make: () => made.promise, undo: (part) => Promise.resolve(undone.push(part)) },
    ),
  );
  await turns();

  abort.abort("enough");
  expect(await outcome).toBe("enough");
  made.resolve("part");
  await turns();

  expect(undone).toEqual(["part"]);
});

test("who leaves while the connection is opened has none made", async () => {
  const opened = Promise.withResolvers<string>();
  const made: string[] = [];
  const abort = new AbortController();
  const outcome = outcomeOf(
    isolatePart(
      connectionWith(() => opened.promise),
      { container: "db", operation: "isolate db", signal: abort.signal },
      { make: (client) => Promise.resolve(made.push(client)), undo: () => Promise.resolve() },
    ),
  );
  await turns();

  abort.abort("enough");
  expect(await outcome).toBe("enough");
  opened.resolve("client");
  await turns();

  expect(made).toEqual([]);
});

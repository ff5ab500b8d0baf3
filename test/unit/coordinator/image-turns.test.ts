import { expect, test } from "vitest";
import type { EngineRefusal } from "../../../src/errors/engine-request-error.ts";
import { EngineRequestError } from "../../../src/errors/engine-request-error.ts";
import type { TurnDesk } from "../../../src/coordinator/in-turn.ts";
import { inTurn } from "../../../src/coordinator/in-turn.ts";
import { ImageTurns } from "../../../src/coordinator/image-turns.ts";

const [one, another] = [{ id: "one" }, { id: "another" }];
const { signal } = new AbortController();

function request(requestId: string, key = "app:1") {
  return { requestId, key };
}

test("whoever asks first has the turn, whoever waits learns that the work is done", async () => {
  const turns = new ImageTurns();
  expect(await turns.take(one, request("1"), signal)).toBe("yours");
  const waiting = turns.take(another, request("2"), signal);

  turns.end(one, "1", "done");

  expect(await waiting).toBe("done");
  expect(await turns.take(another, request("3"), signal)).toBe("yours");
});

test("other work need not wait", async () => {
  const turns = new ImageTurns();

  expect(await turns.take(one, request("1"), signal)).toBe("yours");
  expect(await turns.take(one, request("2", "app:2"), signal)).toBe("yours");
});

test("whoever asks again as the answer was lost still has the turn", async () => {
  const turns = new ImageTurns();
  await turns.take(one, request("1"), signal);

  expect(await turns.take(one, request("1"), signal)).toBe("yours");
});

test("what the work failed with is told to all that wait, and to nobody later", async () => {
  const turns = new ImageTurns();
  await turns.take(one, request("1"), signal);
  const waiting = [turns.take(another, request("2"), signal), turns.take(another, request("3"), signal)];
  const failure = new Error("no such image");

  turns.end(one, "1", "failed", failure);

  expect(await Promise.allSettled(waiting)).toEqual(waiting.map(() => ({ status: "rejected", reason: failure })));
  expect(await turns.take(another, request("4"), signal)).toBe("yours");
});

test.for(["a process that dies", "one that gives up"])("of %s, one that waits takes the turn", async (how) => {
  const turns = new ImageTurns();
  await turns.take(one, request("1"), signal);
  const waiting = [turns.take(another, request("2"), signal), turns.take(another, request("3"), signal)];

  if (how === "one that gives up") turns.end(one, "1", "given-up");
  else turns.giveUpFrom("one");

  expect(await waiting[0]).toBe("yours");
  turns.end(another, "2", "done");
  expect(await waiting[1]).toBe("done");
});

test("whoever does not have the turn cannot end it", async () => {
  const turns = new ImageTurns();
  await turns.take(one, request("1"), signal);
  const abort = new AbortController();
  const waiting = turns.take(another, request("2"), abort.signal);

  turns.end(another, "1", "done");
  turns.end(one, "2", "done");
  turns.giveUpFrom("another");
  abort.abort(new Error("enough"));

  await expect(waiting).rejects.toThrow("enough");
});

test.for<[string, Error, readonly string[]]>([
  ["is told to all that wait", new Error("no such image"), ["failed"]],
  ["is told to nobody when another account may help", refused("image-unauthorized"), ["given-up"]],
])("what work failed with %s", async ([, failure, expected]) => {
  const ends: string[] = [];
  const end: TurnDesk["end"] = async (_, how) => Promise.resolve(void ends.push(how));

  await expect(
    inTurn({ take: () => Promise.resolve("yours"), end }, "app:1", () => Promise.reject(failure), signal),
  ).rejects.toBe(failure);

  expect(ends).toEqual(expected);
});

test("a failure that cannot be told leaves nobody waiting", async () => {
  const turns = new ImageTurns();
  const tooLong = new Error("too long a message");
  const desk: TurnDesk = {
    take: (asked) => turns.take(one, asked, signal),
    end: async (requestId, how, error) => {
      if (error === tooLong) throw new Error("A message was not sent.");
      turns.end(one, requestId, how, error);
      return Promise.resolve();
    },
  };
  const { promise, reject } = Promise.withResolvers<void>();
  const failing = inTurn(desk, "app:1", () => promise, signal);
  const waiting = turns.take(another, request("2"), signal);

  reject(tooLong);

  await expect(failing).rejects.toBe(tooLong);
  expect(await waiting).toBe("yours");
});

function refused(refusal: EngineRefusal): Error {
  return new EngineRequestError({ operation: "pull app:1", refusal, reason: "unauthorized" });
}

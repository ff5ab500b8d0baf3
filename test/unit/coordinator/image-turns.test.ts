import { expect, test } from "vitest";
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

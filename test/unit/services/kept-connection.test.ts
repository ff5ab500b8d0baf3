import { describe, expect, test } from "vitest";
import { LifecycleError } from "../../../src/index.ts";
import { KeptConnection } from "../../../src/services/kept-connection.ts";
import { isSettled, outcomeOf } from "../support/outcome.ts";

interface Client {
  readonly id: number;
  end: () => void;
}

/** A connection, and what was done with it. */
function ledger(failures: readonly Error[] = []) {
  const done: string[] = [];
  const left = [...failures];
  let opened = 0;
  const clients: Client[] = [];
  const kept = new KeptConnection<Client>({
    open: () => {
      const failure = left.shift();
      if (failure !== undefined) return Promise.reject(failure);
      const client: Client = { id: (opened += 1), end: () => {} };
      clients.push(client);
      done.push(`open ${client.id}`);
      return Promise.resolve(client);
    },
    close: ({ id }) => {
      done.push(`close ${id}`);
      return Promise.resolve();
    },
    onEnd: (client, listener) => {
      client.end = listener;
    },
    setKeepsAlive: ({ id }, keepsAlive) => done.push(`${keepsAlive ? "hold" : "release"} ${id}`),
  });
  return { kept, done, clients };
}

const failure = new LifecycleError("refused");

describe("a kept connection", () => {
  test("is opened when it is first used, once, and holds the process only while it is used", async () => {
    const { kept, done } = ledger();
    expect(done).toEqual([]);

    expect(await kept.use(({ id }) => Promise.resolve(id))).toBe(1);
    await kept.use(() => Promise.resolve());

    expect(done).toEqual(["open 1", "hold 1", "release 1", "hold 1", "release 1"]);
  });

  test("is used in turns", async () => {
    const { kept } = ledger();
    const first = Promise.withResolvers<string>();
    const one = kept.use(() => first.promise);
    const other = kept.use(() => Promise.resolve("second"));

    expect(await isSettled(other)).toBe(false);
    first.resolve("first");

    expect(await Promise.all([one, other])).toEqual(["first", "second"]);
  });

  test("goes on to the next turn, and lets the process go, when one fails", async () => {
    const { kept, done } = ledger();

    await expect(kept.use(() => Promise.reject(failure))).rejects.toBe(failure);

    expect(done.at(-1)).toBe("release 1");
    expect(await kept.use(() => Promise.resolve(7))).toBe(7);
  });

  test("that could not be opened is tried afresh by the next use", async () => {
    const { kept } = ledger([failure]);

    await expect(kept.use(() => Promise.resolve(7))).rejects.toBe(failure);

    expect(await kept.use(() => Promise.resolve(7))).toBe(7);
  });

  test("that has ended is replaced by the next use", async () => {
    const { kept, clients } = ledger();
    await kept.use(() => Promise.resolve());

    clients[0]?.end();

    expect(await kept.use(({ id }) => Promise.resolve(id))).toBe(2);
  });

  test("is closed after the turns under way, holding the process until it is", async () => {
    const { kept, done } = ledger();
    const turn = Promise.withResolvers<void>();
    const using = kept.use(() => turn.promise);
    const closing = kept[Symbol.asyncDispose]();
    expect(await isSettled(closing)).toBe(false);

    turn.resolve();
    await Promise.all([using, closing]);
    await kept[Symbol.asyncDispose]();

    expect(done).toEqual(["open 1", "hold 1", "release 1", "hold 1", "close 1"]);
  });

  test("that was never used is closed without being opened", async () => {
    const { kept, done } = ledger();

    await kept[Symbol.asyncDispose]();

    expect(done).toEqual([]);
  });

  test("that could not be opened is closed all the same", async () => {
    const { kept, done } = ledger([failure]);
    const outcome = outcomeOf(kept.use(() => Promise.resolve()));

    await kept[Symbol.asyncDispose]();

    expect([await outcome, done]).toEqual([failure, []]);
  });
});

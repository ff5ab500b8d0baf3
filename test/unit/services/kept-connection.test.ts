import { describe, expect, test } from "vitest";
import { LifecycleError } from "../../../src/index.ts";
import { KeptConnection } from "../../../src/services/kept-connection.ts";
import { ManualClock } from "../../../src/testing/index.ts";
import { isSettled, outcomeOf, turns } from "../support/outcome.ts";

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
    isBroken: (error) => error === broken,
    isGone: (error) => error === gone,
  });
  return { kept, done, clients, failLater: (error: Error) => left.push(error) };
}

const failure = new LifecycleError("refused");
const broken = new LifecycleError("broken");
const gone = new LifecycleError("gone");

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

describe("a turn that gives something back", () => {
  const returning = { isRepeatable: true };

  test("is nothing to do when the server is gone", async () => {
    const { kept, done } = ledger([gone]);

    await kept.useUnlessGone(() => Promise.reject(failure), returning);

    expect(done).toEqual([]);
  });

  test("is nothing to do when the connection broke and no other can be had", async () => {
    const { kept, failLater } = ledger();
    await kept.use(() => Promise.resolve());
    failLater(gone);

    await kept.useUnlessGone(() => Promise.reject(broken), returning);
  });

  test("is done on another connection when the first broke and the server is there", async () => {
    const { kept } = ledger();
    const seen: number[] = [];

    await kept.useUnlessGone(({ id }) => {
      seen.push(id);
      return id === 1 ? Promise.reject(broken) : Promise.resolve();
    }, returning);

    expect(seen).toEqual([1, 2]);
  });

  test("is not done twice where that would do harm", async () => {
    const { kept } = ledger();
    let times = 0;
    const work = (): Promise<never> => {
      times += 1;
      return Promise.reject(broken);
    };

    await expect(kept.useUnlessGone(work, { isRepeatable: false })).rejects.toBe(broken);

    expect(times).toBe(1);
  });

  test.for([[[failure]], [[]]] as const)("passes on what else goes wrong", async ([failures]) => {
    const { kept } = ledger(failures);

    await expect(kept.useUnlessGone(() => Promise.reject(failure), returning)).rejects.toBe(failure);
  });
});

describe("the limit of a turn", () => {
  const late = new LifecycleError("late");

  function limited() {
    const clock = new ManualClock();
    const limit = { clock, timeoutMs: 30_000, onExpire: () => late };
    return { clock, turn: { limit } };
  }

  test("begins with the turn, however long those before took", async () => {
    const { kept } = ledger();
    const { clock, turn } = limited();
    const gates = Array.from({ length: 5 }, () => Promise.withResolvers<void>());
    const uses = gates.map(({ promise }) => kept.use(() => promise, turn));

    for (const gate of gates) {
      await turns();
      await clock.advance(29_999);
      gate.resolve();
    }

    await Promise.all(uses);
  });

  test("ends it, and with it the wait of everybody behind; who comes later gets another connection", async () => {
    const { kept, done } = ledger();
    const { clock, turn } = limited();
    const hung = Promise.withResolvers<void>();
    const stuck = outcomeOf(kept.use(() => hung.promise, turn));
    const behind = outcomeOf(kept.use(({ id }) => Promise.resolve(id), turn));
    await turns();

    await clock.advance(30_000);

    expect(await Promise.all([stuck, behind])).toEqual([late, late]);
    expect(await kept.use(({ id }) => Promise.resolve(id), turn)).toBe(2);
    expect(done).not.toContain("close 1");
    hung.resolve();
    await turns();
    expect(done).toContain("close 1");
  });

  test("does not keep a signal from ending the wait before the turn begins; then nothing is done", async () => {
    const { kept } = ledger();
    const abort = new AbortController();
    const first = Promise.withResolvers<void>();
    const one = kept.use(() => first.promise);
    let isDone = false;
    const other = outcomeOf(
      kept.use(
        () => {
          isDone = true;
          return Promise.resolve();
        },
        { signal: abort.signal },
      ),
    );

    abort.abort(failure);
    first.resolve();

    await one;
    expect([await other, isDone]).toEqual([failure, false]);
  });
});

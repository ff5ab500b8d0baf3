import { describe, expect, test } from "vitest";
import type { Divider } from "../../../../src/index.ts";
import { LifecycleError } from "../../../../src/index.ts";
import { GenericContainer } from "../../../../src/services/generic/generic-container.ts";
import { OwnParts } from "../../../../src/services/division/own-parts.ts";
import { ManualClock } from "../../../../src/testing/index.ts";
import { outcomeOf, turns } from "../../support/outcome.ts";

const connection = { name: "db", id: "1", image: "i", key: "k", host: "h", ports: { "1/tcp": 2 }, details: {} };
const server = new GenericContainer(connection, {} as never);

/** What does as little as it can, with differences. */
function dividerWith(differences: Partial<Divider> = {}): Divider {
  return {
    make: () => Promise.resolve("a"),
    remove: () => Promise.resolve(),
    list: () => Promise.resolve(["a"]),
    ...differences,
  };
}

function partsOf(open: (signal: AbortSignal) => Divider | Promise<Divider>) {
  const clock = new ManualClock();
  return { clock, parts: new OwnParts(server, { open: (_server, signal) => open(signal) }, clock) };
}

const never = (): Promise<never> => new Promise(() => undefined);

describe("what makes parts", () => {
  test("is opened when it is first needed, once, for the server, and closed at the end", async () => {
    const events: string[] = [];
    const open = ({ name, host, port }: GenericContainer): Divider => {
      events.push(`open ${name} ${host}:${port.call(server)}`);
      return dividerWith({ [Symbol.asyncDispose]: () => Promise.resolve(void events.push("close")) });
    };
    const parts = new OwnParts(server, { open }, new ManualClock());
    expect(events).toEqual([]);

    await Promise.all([parts.make(), parts.list(), parts.remove("a")]);
    await parts[Symbol.asyncDispose]();
    await parts[Symbol.asyncDispose]();

    expect(events).toEqual(["open db h:2", "close"]);
  });

  test("that was never needed is not opened in order to be closed", async () => {
    const { parts } = partsOf(() => {
      throw new Error("It was opened.");
    });
    await parts[Symbol.asyncDispose]();
    expect(await outcomeOf(parts.make())).toMatchObject({
      code: "CLEANROOM_LIFECYCLE",
      message: "No more parts of db are made here: the environment was cleaned up.",
    });
  });

  test("that could not be opened is opened anew by the next call", async () => {
    let tries = 0;
    const { parts } = partsOf(() => {
      tries += 1;
      if (tries === 1) throw new Error("no route to host");
      return dividerWith();
    });

    expect(await outcomeOf(parts.make())).toMatchObject({
      code: "CLEANROOM_ISOLATION_FAILED",
      message:
        "Could not open db: no route to host\nThis is what `open` in `isolation.parts` came to; the cause says more.",
      cause: new Error("no route to host"),
    });
    expect(await parts.make()).toEqual({ id: "a", maxIdle: 4, canReset: false });
  });

  test("that is opened when nobody waits any more is closed", async () => {
    const opening = Promise.withResolvers<Divider>();
    const { parts } = partsOf(() => opening.promise);
    const making = outcomeOf(parts.make());
    await parts[Symbol.asyncDispose]();
    let isClosed = false;

    opening.resolve(dividerWith({ [Symbol.asyncDispose]: () => Promise.resolve(void (isClosed = true)) }));
    await turns();

    expect(await making).toMatchObject({ code: "CLEANROOM_LIFECYCLE" });
    expect(isClosed).toBe(true);
  });

  test("says how many are made ahead, and whether parts can be reset", async () => {
    const { parts } = partsOf(() => dividerWith({ maxIdle: 9, reset: (id) => Promise.resolve(`${id}'`) }));
    expect(await parts.make()).toEqual({ id: "a", maxIdle: 9, canReset: true });
    expect(await parts.reset("a")).toBe("a'");
  });
});

describe("code of the user's", () => {
  test("that throws is named, with what it threw", async () => {
    const thrown = new Error("table is full");
    const { parts } = partsOf(() =>
      dividerWith({
        make: () => Promise.reject(thrown),
        remove: () => {
          throw thrown;
        },
      }),
    );
    expect(await outcomeOf(parts.make())).toMatchObject({
      message:
        "Could not isolate db: table is full\nThis is what `make` in `isolation.parts` came to; the cause says more.",
      cause: thrown,
    });
    expect(await outcomeOf(parts.remove("a"))).toMatchObject({
      message:
        "Could not remove a of db: table is full\nThis is what `remove` in `isolation.parts` came to; the cause says more.",
    });
  });

  test.for([
    [undefined, "it must give an object with the functions `make`, `remove` and `list`"],
    [{ ...dividerWith(), list: undefined }, "`list` of what it gives must be a function"],
    [{ ...dividerWith(), reset: null }, "`reset` of what it gives must be a function"],
    [dividerWith({ maxIdle: Number.NaN }), "`maxIdle` of what it gives must be a whole number, 0 or more"],
    [dividerWith({ maxIdle: -1 }), "`maxIdle` of what it gives must be a whole number, 0 or more"],
  ] as const)("that opens what cannot make parts is told what is wrong: %s", async ([opened, problem]) => {
    const { parts } = partsOf(() => opened as Divider);
    expect(await outcomeOf(parts.make())).toMatchObject({
      code: "CLEANROOM_ISOLATION_FAILED",
      message: `Could not open db: ${problem}\nThis is what \`open\` in \`isolation.parts\` came to.`,
    });
  });

  test("that gives what is no name is told so, whether it gives a promise or not", async () => {
    for (const make of [() => Promise.resolve(""), () => 5]) {
      const { parts } = partsOf(() => dividerWith({ make: make as Divider["make"] }));
      expect(await outcomeOf(parts.make())).toMatchObject({
        code: "CLEANROOM_ISOLATION_FAILED",
        message: expect.stringContaining("it must resolve with a name of 1 to 200 characters") as string,
      });
    }
  });

  test("that hangs is waited for half a minute; what still comes of it is removed", async () => {
    const late = Promise.withResolvers<string>();
    const removed: string[] = [];
    let given: AbortSignal | undefined;
    const { parts, clock } = partsOf(() =>
      dividerWith({
        make: (signal) => {
          given = signal;
          return late.promise;
        },
        remove: (id) => Promise.resolve(removed.push(id)),
      }),
    );
    const making = outcomeOf(parts.make());
    await turns();
    await clock.advance(30_000);

    expect(await making).toMatchObject({
      code: "CLEANROOM_TIMEOUT",
      message:
        "Could not isolate db within 30000 ms.\nSee whether `make` in `isolation.parts` waits for what never comes.",
    });
    expect(given?.aborted).toBe(true);
    late.resolve("late");
    await turns();
    expect(removed).toEqual(["late"]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("that does not open is named as what is waited for", async () => {
    const { parts, clock } = partsOf(never);
    const making = outcomeOf(parts.make());
    await turns();
    await clock.advance(30_000);
    expect(await making).toMatchObject({
      code: "CLEANROOM_TIMEOUT",
      message: expect.stringContaining("See whether `open` in `isolation.parts` waits for what never comes.") as string,
    });
  });

  test("that ran into the end of something else fails, and nothing of the service has ended", async () => {
    const { parts } = partsOf(() => dividerWith({ make: () => Promise.reject(new LifecycleError("It was closed.")) }));
    expect(await outcomeOf(parts.make())).toMatchObject({ code: "CLEANROOM_ISOLATION_FAILED" });
  });

  test("that does not close is waited for two seconds", async () => {
    const { parts, clock } = partsOf(() => dividerWith({ [Symbol.asyncDispose]: never }));
    await parts.make();
    const closing = outcomeOf(parts[Symbol.asyncDispose]());
    await clock.advance(2000);
    expect(await closing).toMatchObject({
      message: expect.stringMatching(/^Could not close what makes parts of db/) as string,
    });
  });

  test.for([[""], [undefined], [7], ["x".repeat(201)]])("cannot call a part %j", async ([name]) => {
    const { parts } = partsOf(() => dividerWith({ make: () => Promise.resolve(name as string) }));
    expect(await outcomeOf(parts.make())).toMatchObject({
      message: expect.stringContaining("it must resolve with a name of 1 to 200 characters") as string,
    });
  });

  test.for([[undefined], [["a", 1]], ["a"]])("cannot list %j", async ([ids]) => {
    const { parts } = partsOf(() => dividerWith({ list: () => Promise.resolve(ids as never) }));
    expect(await outcomeOf(parts.list())).toMatchObject({
      message: expect.stringContaining("it must resolve with the names of parts") as string,
    });
  });

  test("that fails when it is to say whether there is room is named", async () => {
    const isFull = (): never => {
      throw new Error("no such property");
    };
    const { parts } = partsOf(() => dividerWith({ make: () => Promise.reject(new Error("table is full")), isFull }));
    expect(await outcomeOf(parts.make())).toMatchObject({
      message: expect.stringMatching(/no such property\nThis is what `isFull` in/) as string,
    });
  });

  test("says when there is no room, and only then is it waited for", async () => {
    const noRoom = new Error("disk quota exceeded");
    let thrown = noRoom;
    const { parts } = partsOf(() =>
      dividerWith({ make: () => Promise.reject(thrown), isFull: (error) => error === noRoom }),
    );
    expect(await outcomeOf(parts.make())).toMatchObject({
      code: "CLEANROOM_ISOLATION_EXHAUSTED",
      message:
        "db has no room for another part: disk quota exceeded\nDispose what `isolate()` returned (`await using` does).",
      cause: noRoom,
    });
    thrown = new Error("syntax error");
    expect(await outcomeOf(parts.make())).toMatchObject({ code: "CLEANROOM_ISOLATION_FAILED" });
  });
});

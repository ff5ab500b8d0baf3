import { array, assert, asyncProperty, constantFrom, nat, record } from "fast-check";
import { describe, expect, test } from "vitest";
import type { PartHolder } from "../../../src/coordinator/parts/part-holder.ts";
import { PartPool } from "../../../src/coordinator/parts/part-pool.ts";
import { ManualClock } from "../../../src/testing/index.ts";
import { FakeParts, full } from "../../support/fake-parts.ts";
import { isSettled, outcomeOf, turns } from "../support/outcome.ts";

const never = new AbortController().signal;

function poolOf(source = new FakeParts()) {
  const clock = new ManualClock(1_000_000);
  const lines: string[] = [];
  const records = new Map<string, PartHolder>();
  const journal: { failure?: Error } = {};
  const record = (id: string, holder: PartHolder | undefined): void => {
    if (journal.failure !== undefined) throw journal.failure;
    if (holder === undefined) records.delete(id);
    else records.set(id, holder);
  };
  const pool = new PartPool({ source, clock, log: (line) => lines.push(line), record });
  let asked = 0;
  const take = (memberId = "m", signal = never): Promise<string> =>
    pool.take({ memberId, requestId: `${(asked += 1)}` }, signal);
  return { pool, source, clock, lines, records, journal, take };
}

describe("a pool", () => {
  test("makes nothing before somebody asks, and hands each part out once", async () => {
    const { source, take } = poolOf();
    await turns();
    expect(source.made).toEqual([]);

    expect(new Set(await Promise.all([take(), take(), take()])).size).toBe(3);
  });

  test("makes as many ahead as were taken in the last second, or by as many as took any lately, within its bounds", async () => {
    const { pool, source, clock, take } = poolOf();
    source.maxIdle = 4;
    await Promise.all([take("a"), take("a"), take("b")]);
    await turns();
    expect(source.present.size).toBe(3 + 3);

    await clock.advance(2000);
    pool.give(await take("a"));
    await turns();
    expect(source.present.size).toBe(3 + 2);

    await Promise.all(Array.from({ length: 9 }, () => take("c")));
    await turns();
    expect(source.present.size).toBe(12 + 4);
  });

  test("serves those who wait in the order in which they asked, and leaves out whoever stopped waiting", async () => {
    const { source, take } = poolOf();
    source.isHeld = true;
    const abort = new AbortController();
    const waits = [take(), take("m", abort.signal), take()];
    abort.abort(new Error("enough"));
    expect(await outcomeOf(waits[1]!)).toEqual(new Error("enough"));
    await turns();
    source.letGo();
    await turns();
    expect(await Promise.all(waits.map((wait) => isSettled(wait)))).toEqual([true, true, false]);
    source.letGo();

    expect([await waits[0], await waits[2]]).toEqual(["part0", "part1"]);
  });

  test("answers a request that is sent again with what it has got already", async () => {
    const { pool } = poolOf();
    const holder = { memberId: "m", requestId: "r" };

    expect(await pool.take(holder, never)).toBe(await pool.take(holder, never));
  });

  test("hands out nothing that cannot be written down, and removes it", async () => {
    const { source, journal, take } = poolOf();
    journal.failure = new Error("the disk is full");

    expect(await outcomeOf(take())).toEqual(journal.failure);
    await turns();
    expect([source.made, [...source.present]]).toEqual([["part0"], []]);

    delete journal.failure;
    expect(await take()).toBe("part1");
  });

  test("says who has a part before he has it, and that nobody has it before it is removed", async () => {
    const { pool, source, records, take } = poolOf();
    const id = await take("me");
    expect(records.get(id)?.memberId).toBe("me");

    source.isHeld = true;
    pool.give(id);
    pool.give(id);

    expect(records.size).toBe(0);
    expect(source.present.size).toBe(1);
    source.letGo();
    await turns();
    expect(source.present.size).toBe(0);
  });

  test("takes back everything of a member that left, and nothing else", async () => {
    const { pool, source, take } = poolOf();
    const kept = await take("stays");
    await Promise.all([take("leaves"), take("leaves")]);

    pool.giveAllOf("leaves");
    await turns();

    expect([...source.present]).toEqual([kept]);
  });

  test("tells everybody who waits what making a part failed with, and tries again for whoever comes next", async () => {
    const { source, take } = poolOf();
    source.failure = new Error("the template is gone");
    expect(await Promise.all([outcomeOf(take()), outcomeOf(take())])).toEqual([source.failure, source.failure]);
    source.failure = undefined;

    expect(await take()).toBe("part0");
  });

  test("waits for room while others have some, and fails when nobody does", async () => {
    const { pool, source, take } = poolOf();
    source.room = 1;
    const first = await take("has one");
    const second = take("waits");
    await turns();
    expect(await isSettled(second)).toBe(false);

    pool.give(first);
    expect(await second).toBe("part1");
    pool.give("part1");
    await turns();
    source.room = 0;

    expect(await outcomeOf(take())).toMatchObject({ code: "CLEANROOM_ISOLATION_FAILED" });
  });

  test("keeps nobody waiting for what he has himself", async () => {
    const { pool, source, take } = poolOf();
    source.room = 2;
    const parts = [await take("has all"), await take("has all")];
    const other = take("waits");

    expect(await outcomeOf(take("has all"))).toBe(full);
    expect(await isSettled(other)).toBe(false);
    pool.give(parts[0] ?? "");
    expect(await other).toBe("part2");
  });

  test("waits for what is being removed, whoever had it", async () => {
    const { pool, source, take } = poolOf();
    source.room = 1;
    const id = await take("m");
    source.isHeld = true;
    pool.give(id);
    const next = take("m");
    await turns();
    expect(await isSettled(next)).toBe(false);

    source.isHeld = false;
    source.letGo();
    source.letGo();
    expect(await next).toBe("part1");
  });

  test("ends a wait of members for each other: the last to ask is told, the others go on waiting", async () => {
    const { pool, source, take } = poolOf();
    source.room = 2;
    await take("a");
    const ofB = await take("b");
    const waitOfA = take("a");
    await turns();
    expect(await isSettled(waitOfA)).toBe(false);

    expect(await outcomeOf(take("b"))).toBe(full);
    expect(await isSettled(waitOfA)).toBe(false);
    pool.give(ofB);
    expect(await waitOfA).toBe("part2");
  });

  test("waits for room no longer than is reasonable", async () => {
    const { source, clock, take } = poolOf();
    source.room = 1;
    await take("stays");
    const waiting = take("waits");
    await clock.advance(29_000);
    expect(await isSettled(waiting)).toBe(false);
    await clock.advance(1000);

    expect(await outcomeOf(waiting)).toBe(full);
    expect(clock.pendingTimers).toBe(0);
  });

  test("waits as long for who comes after somebody who has stopped waiting", async () => {
    const { source, clock, take } = poolOf();
    source.room = 1;
    await take("stays");
    const abort = new AbortController();
    const left = take("leaves", abort.signal);
    await clock.advance(29_000);
    abort.abort(new Error("enough"));
    await outcomeOf(left);

    const waiting = take("waits");
    await clock.advance(29_000);

    expect(await isSettled(waiting)).toBe(false);
  });

  test("gives up the oldest part that is kept to be looked at when there is no room for another", async () => {
    const { pool, source, take } = poolOf();
    source.room = 2;
    const [older, newer] = [await take(), await take()];
    pool.keep(older, 60_000);
    pool.keep(newer, 60_000);

    const next = await take();

    expect([...source.present]).toEqual([newer, next]);
  });

  test("gives up none of them for what would be made ahead of need", async () => {
    const { pool, source, take } = poolOf();
    Object.assign(source, { room: 2, maxIdle: 1 });
    const kept = await take();
    pool.keep(kept, 60_000);

    const next = await take();
    await turns();

    expect([...source.present]).toEqual([kept, next]);
  });

  test("goes on when a part cannot be made ahead, or not be removed", async () => {
    const { pool, source, lines, take } = poolOf();
    source.maxIdle = 1;
    source.room = 1;
    const id = await take();
    await turns();
    expect(lines).toEqual([`No part was made ahead of need: ${full.message}`]);
    source.remove = () => Promise.reject(new Error("it is a template"));
    source.room = 2;

    pool.give(id);
    await turns();

    expect(lines.at(-1)).toBe("part0 was not removed: it is a template");
    expect(await take()).toBe("part1");
  });

  test("keeps the last ten that are to be looked at, each for its time", async () => {
    const { pool, source, clock, take } = poolOf();
    expect(pool.keptUntilMs).toBe(0);
    for (let count = 0; count < 12; count += 1) pool.keep(await take(), 1000 + count);
    await turns();
    expect([...source.present]).toEqual(source.made.slice(2));
    expect(pool.keptUntilMs).toBe(clock.now() + 1011);

    await clock.advance(1005);
    await turns();
    expect([...source.present]).toEqual(source.made.slice(6));
  });

  test("rests when it is told to: nothing is made ahead until somebody takes a part", async () => {
    const { pool, source, take } = poolOf();
    source.maxIdle = 3;
    const id = await take();
    pool.give(id);
    await pool.rest();
    const { length: before } = source.made;
    expect(source.present.has(id)).toBe(false);
    await turns();
    expect(source.made).toHaveLength(before);

    await take();
    await turns();
    expect(source.made.length).toBeGreaterThan(before);
  });

  test("removes what a predecessor made and nobody has, and keeps the rest for who has it", async () => {
    const { pool, source } = poolOf();
    for (const id of ["mine", "stray"]) source.present.add(id);
    await pool.adopt(new Map([["mine", { memberId: "m", requestId: "r" }]]));
    await turns();
    expect([...source.present]).toEqual(["mine"]);

    pool.giveAllOf("m");
    await turns();
    expect(source.present.size).toBe(0);
  });

  test("that is closed hands out nothing, tells whoever waits, and closes what makes parts", async () => {
    const { pool, source, take } = poolOf();
    source.isHeld = true;
    const waiting = outcomeOf(take());
    await turns();

    await pool[Symbol.asyncDispose]();

    const refusal = { code: "CLEANROOM_LIFECYCLE", message: "The service was removed before it could be isolated." };
    expect(await waiting).toMatchObject(refusal);
    expect(await outcomeOf(take())).toMatchObject(refusal);
    expect(source.isDisposed).toBe(true);
  });
});

describe("a pool of parts that can be reset", () => {
  test("hands one out again, under its other name, and makes no other meanwhile", async () => {
    const { pool, source, records, take } = poolOf();
    source.allowReset();
    const first = await take();
    source.isHeld = true;
    pool.give(first);
    pool.give(first);
    const second = take();
    await turns();
    expect([records.size, await isSettled(second)]).toEqual([0, false]);

    source.isHeld = false;
    source.letGo();

    expect(await second).toBe("part0'");
    expect(source.made).toEqual(["part0"]);
  });

  test("removes one that could not be reset, by its name, and makes another", async () => {
    const { pool, source, lines, take } = poolOf();
    source.allowReset((id) => {
      if (id === "part1") throw new Error("somebody is still connected");
      return id !== "part0";
    });
    for (const id of ["part0", "part1", "part2"]) {
      expect(await take()).toBe(id);
      pool.give(id);
      await turns();
    }

    expect([...source.present]).toEqual(["part2'"]);
    expect(lines).toEqual(["part1 was not reset: somebody is still connected"]);
  });

  test("keeps no more of them than members could take at once, or than may be made ahead", async () => {
    const { pool, source, take } = poolOf();
    source.allowReset();
    const ids = await Promise.all([take("a"), take("a"), take("a"), take("b")]);
    source.maxIdle = 1;
    for (const id of ids) pool.give(id);
    await pool.rest();

    expect([...source.present]).toEqual(["part0'", "part1'"]);
  });

  test("makes one ahead for each who took any lately, however fast they take them", async () => {
    const { source, take } = poolOf();
    source.allowReset();
    source.maxIdle = 9;
    await Promise.all([take("a"), take("a"), take("a"), take("b")]);
    await turns();

    expect(source.present.size).toBe(4 + 2);
  });

  test("resets what a member that left had, and rests only when that is done", async () => {
    const { pool, source, take } = poolOf();
    source.allowReset();
    await take("leaves");
    source.isHeld = true;
    pool.giveAllOf("leaves");
    const resting = pool.rest();
    expect(await isSettled(resting)).toBe(false);
    source.letGo();

    await resting;
    expect([...source.present]).toEqual(["part0'"]);
  });

  test("waits for one that is being reset when there is no room for another", async () => {
    const { pool, source, take } = poolOf();
    source.allowReset();
    source.room = 1;
    const [first, waiting] = [await take("m"), take("n")];
    await turns();
    source.isHeld = true;
    pool.give(first);
    const other = take("m");
    await turns();
    expect([await isSettled(waiting), await isSettled(other)]).toEqual([false, false]);

    source.isHeld = false;
    source.letGo();
    pool.give(await waiting);
    expect(await other).toBe("part0''");
  });

  test("removes instead what is kept to be looked at", async () => {
    const { pool, source, clock, take } = poolOf();
    source.allowReset();
    pool.keep(await take(), 1000);
    await clock.advance(1000);
    await turns();

    expect(source.present.size).toBe(0);
  });
});

test("whatever is taken, given back and lost, in whatever order: no part has two holders, and none is left", async () => {
  const step = record({
    what: constantFrom("take", "take", "give", "leave", "abort", "proceed", "proceed", "fill"),
    which: nat(7),
  });
  await assert(
    asyncProperty(array(step, { maxLength: 60 }), nat(3), nat(3), async (steps, maxIdle, resettable) => {
      const { pool, source, take } = poolOf();
      source.maxIdle = maxIdle;
      if (resettable > 0) source.allowReset((id) => id.length % (resettable + 1) !== 0);
      source.isHeld = true;
      const held = new Map<string, string>();
      const aborts: AbortController[] = [];
      const handedOut: string[] = [];
      for (const { what, which } of steps) {
        const memberId = `m${which % 3}`;
        if (what === "take") {
          const abort = new AbortController();
          aborts.push(abort);
          take(memberId, abort.signal).then(
            (id) => {
              handedOut.push(id);
              held.set(id, memberId);
            },
            () => undefined,
          );
        } else if (what === "abort") aborts[which]?.abort();
        else if (what === "proceed") source.letGo();
        else if (what === "fill") source.room = which;
        else {
          const given = [...held].filter(([, owner], index) =>
            what === "leave" ? owner === memberId : index === which,
          );
          if (what === "leave") pool.giveAllOf(memberId);
          for (const [id] of given) {
            if (what === "give") pool.give(id);
            held.delete(id);
          }
        }
        await turns(3);
        for (const id of held.keys()) expect(source.present).toContain(id);
      }
      for (const abort of aborts) abort.abort();
      await turns(3); // What is given back from now on is not for those who have left.
      source.isHeld = false;
      for (let count = 0; count < 100; count += 1) source.letGo();
      for (const member of ["m0", "m1", "m2"]) pool.giveAllOf(member);
      await pool.rest();

      expect(new Set(handedOut).size).toBe(handedOut.length);
      // One may have been in the making when whoever waited for it left.
      expect(source.present.size).toBeLessThanOrEqual(Math.max(maxIdle, resettable > 0 ? 3 : 0) + 1);
    }),
  );
});

import { describe, expect, test as base } from "vitest";
import type { SessionMember } from "../../../src/coordinator/coordination.ts";
import { IsolationError, LifecycleError } from "../../../src/index.ts";
import type { SeatKind } from "../../support/coordinator-stage.ts";
import { CoordinatorStage, requestFor } from "../../support/coordinator-stage.ts";
import { DividedServer, type FakeMaker } from "../../support/fake-makers.ts";
import { isSettled, outcomeOf } from "../support/outcome.ts";
import { noCare } from "../support/specs.ts";

/** A service whose parts its users make, on a stage. */
class Given {
  readonly stage: CoordinatorStage;
  readonly server = new DividedServer();
  readonly serviceId: string;

  private constructor(stage: CoordinatorStage, serviceId: string) {
    this.stage = stage;
    this.serviceId = serviceId;
  }

  static async create(stage: CoordinatorStage): Promise<Given> {
    const keeper = await stage.join();
    const ticket = await stage.ticket(keeper, requestFor("db"));
    await keeper.created(ticket.serviceId, { ...(await stage.make(ticket)), parts: "own" }, noCare);
    return new Given(stage, ticket.serviceId);
  }

  /** Somebody who uses the service, and makes parts of it. */
  async user(name: string, options: Partial<FakeMaker> = {}): Promise<User> {
    const member = await this.stage.join();
    await member.acquire(requestFor("db"));
    const maker = Object.assign(this.server.maker(name), options);
    await member.offerParts(this.serviceId, maker);
    return { member, maker, take: () => member.takePart(this.serviceId) };
  }

  /** What somebody was asked. */
  askedOf(name: string): readonly string[] {
    return this.server.calls.filter((call) => call.startsWith(`${name} `)).map((call) => call.slice(name.length + 1));
  }

  /** Has time pass, and whatever it wakes. */
  async pass(durationMs: number): Promise<void> {
    await this.stage.settled();
    await this.stage.clock.advance(durationMs);
    await this.stage.settled();
  }
}

interface User {
  readonly member: SessionMember;
  readonly maker: FakeMaker;
  take(): Promise<string>;
}

const full = new IsolationError({ container: "db", failure: "exhausted", reason: "db is full", hint: "" });

describe.for(["local", "remote"] as readonly SeatKind[])("parts that users make, with %s seats", (kind) => {
  const test = base.extend("given", async ({}, { onCleanup }) => {
    const stage = await CoordinatorStage.create(kind);
    onCleanup(() => stage[Symbol.asyncDispose]());
    return Given.create(stage);
  });

  test("are made by whoever takes them, handed out once, and removed when they are given back", async ({ given }) => {
    const [a, b] = [await given.user("a"), await given.user("b")];
    const [first, second, third] = [await a.take(), await b.take(), await a.take()];
    expect(new Set([first, second, third]).size).toBe(3);
    expect([given.askedOf("a"), given.askedOf("b")]).toEqual([["make", "make"], ["make"]]);

    await b.member.givePart(given.serviceId, second, 0);
    await given.stage.settled();

    expect([...given.server.present]).toEqual([first, third]);
  });

  test("are made ahead, as many as their maker allows", async ({ given }) => {
    const a = await given.user("a", { maxIdle: 2 });
    await Promise.all([a.take(), a.take(), a.take()]);
    await given.stage.settled();

    expect(given.server.present.size).toBe(3 + 2);
    expect(await a.take()).toBe("part4");
  });

  test("are made by another when their maker dies meanwhile, and what it half made is removed", async ({ given }) => {
    const [a, b] = [await given.user("a"), await given.user("b", { isHeld: true })];
    void outcomeOf(b.take());
    await given.stage.settled();
    expect([...given.server.present]).toEqual(["part1"]);

    const taking = outcomeOf(a.member.takePart(given.serviceId));
    await b.member[Symbol.asyncDispose]();

    const id = await taking;
    await given.stage.settled();
    expect(id).toBe("part2");
    expect([...given.server.present]).toEqual(["part2"]);
  });

  test("that come to be after their maker died are removed as well", async ({ given }) => {
    const [a, b] = [await given.user("a"), await given.user("b", { isHeld: true })];
    void outcomeOf(b.take());
    await given.stage.settled();
    given.server.present.clear(); // What it asked of the server has not arrived there.
    await b.member[Symbol.asyncDispose]();
    const id = await a.take();
    await given.stage.settled();
    given.server.present.add("part1");
    await given.stage.settled();
    expect([...given.server.present]).toEqual([id, "part1"]);

    await given.pass(2000);

    expect([...given.server.present]).toEqual([id]);
  });

  test("are looked for once more though it is time for that while they are being listed", async ({ given }) => {
    const [a, b] = [await given.user("a"), await given.user("b", { isHeld: true })];
    void outcomeOf(b.take());
    await given.stage.settled();
    given.server.present.clear();
    a.maker.isHeld = true;
    await b.member[Symbol.asyncDispose]();
    await given.pass(2000);
    expect(given.askedOf("a")).toEqual(["list"]);

    a.maker.letGo();
    await given.stage.settled();

    expect(given.askedOf("a")).toEqual(["list", "list"]);
  });

  test("of who died are removed by whoever is there, or comes", async ({ given }) => {
    const a = await given.user("a");
    await Promise.all([a.take(), a.take()]);

    await a.member[Symbol.asyncDispose]();
    await given.stage.settled();
    expect(given.server.present.size).toBe(2); // There is nobody who could remove them.

    await given.user("b");
    await given.stage.settled();
    expect([...given.server.present]).toEqual([]);
    expect(given.askedOf("b")).toEqual(["remove", "remove"]);
  });

  test("are removed by another when who removes them dies", async ({ given }) => {
    const [a, b] = [await given.user("a"), await given.user("b")];
    const id = await b.take();
    b.maker.isHeld = true;
    await b.member.givePart(given.serviceId, id, 0);
    await given.stage.settled();
    expect([...given.server.present]).toEqual([id]);

    await b.member[Symbol.asyncDispose]();
    await given.stage.settled();

    expect([...given.server.present]).toEqual([]);
    expect(given.askedOf("a")).toEqual(["remove"]);
    await a.take();
  });

  test("are made by others when one says nothing, until it is heard of again", async ({ given }) => {
    const [, b] = [await given.user("a"), await given.user("b", { isHeld: true })];
    const taking = b.take();
    await given.pass(34_999);
    expect(await isSettled(taking)).toBe(false);

    await given.pass(1);

    expect(await taking).toBe("part2");
    expect(given.askedOf("a")).toEqual(["list", "make", "remove"]);
    expect(given.stage.lines).toEqual([
      "A process that makes parts of db said nothing for 35000 ms; others are asked first.",
    ]);
    b.maker.letGo();
    await b.take();
    expect(given.askedOf("b").filter((method) => method === "make")).toHaveLength(2);
  });

  test("that come of what nobody waits for any more are removed", async ({ given }) => {
    const [, b] = [await given.user("a"), await given.user("b", { isHeld: true, isLate: true })];
    const taking = b.take();
    await given.pass(35_000);
    const id = await taking;
    await given.pass(2000);
    expect([...given.server.present]).toEqual([id]);

    b.maker.letGo();
    await given.stage.settled();

    expect(given.server.calls.filter((call) => call.endsWith("remove"))).toEqual(["a remove"]);
    expect([...given.server.present]).toEqual([id]);
  });

  test("are made by who was held up when there is nobody else; what it made meanwhile is removed", async ({
    given,
  }) => {
    const a = await given.user("a", { isHeld: true });
    const taking = a.take();
    await given.pass(35_000);
    expect(given.askedOf("a")).toEqual(["make", "list"]);

    a.maker.letGo();
    await given.stage.settled();

    const id = await taking;
    await given.stage.settled();
    expect(id).toBe("part2");
    expect([...given.server.present]).toEqual([id]);
  });

  test("are made by others when one is being cleaned up", async ({ given }) => {
    const [a, b] = [await given.user("a"), await given.user("b")];
    b.maker.failure = new LifecycleError("No more parts of db are made here.");

    expect(await b.take()).toMatch(/^part\d$/);

    expect(given.askedOf("b")).toEqual(["make"]);
    expect(given.askedOf("a")).toContain("make");
    await a.take();
  });

  test("cannot be made: whoever waits is told why, what is half made goes, and the next may have more luck", async ({
    given,
  }) => {
    const a = await given.user("a");
    a.maker.failure = new IsolationError({
      container: "db",
      failure: "failed",
      reason: "no such table",
      hint: "Look.",
    });
    expect(await outcomeOf(a.take())).toMatchObject({
      code: "CLEANROOM_ISOLATION_FAILED",
      message: "db could not be isolated: no such table\nLook.",
    });
    a.maker.failure = undefined;

    const id = await a.take();
    await given.pass(2000);

    expect([...given.server.present]).toEqual([id]);
  });

  test("for which there is no room are waited for", async ({ given }) => {
    const [a, b] = [await given.user("a"), await given.user("b")];
    const first = await a.take();
    b.maker.failure = full;
    const taking = b.take();
    await given.stage.settled();
    expect(await isSettled(taking)).toBe(false);
    b.maker.failure = undefined;

    await a.member.givePart(given.serviceId, first, 0);

    expect(await taking).not.toBe(first);
  });

  test("are reset where their maker can, and handed out under another name", async ({ given }) => {
    const a = await given.user("a", { canReset: true });
    const first = await a.take();
    await a.member.givePart(given.serviceId, first, 0);
    await given.stage.settled();

    const second = await a.take();

    expect(second).not.toBe(first);
    expect(given.askedOf("a")).toEqual(["make", "reset"]);
    expect([...given.server.present]).toEqual([second]);
  });

  test("that are being reset by who dies are removed", async ({ given }) => {
    const [a, b] = [await given.user("a"), await given.user("b", { canReset: true })];
    const id = await b.take();
    b.maker.isHeld = true;
    await b.member.givePart(given.serviceId, id, 0);
    await given.stage.settled();
    expect(given.server.present.size).toBe(2);

    await b.member[Symbol.asyncDispose]();
    await given.stage.settled();

    expect([...given.server.present]).toEqual([]);
    await a.take();
  });

  test("are not reset while it is looked for what was left, which their new names could be taken for", async ({
    given,
  }) => {
    const a = await given.user("a", { canReset: true });
    const former = await a.take();
    const b = await given.user("b", { failure: new Error("table is full") });
    await outcomeOf(b.take());
    await b.member[Symbol.asyncDispose]();
    a.maker.isHeld = true;
    await given.pass(2000);
    expect(given.askedOf("a")).toEqual(["make", "list"]);

    await a.member.givePart(given.serviceId, former, 0);
    await given.stage.settled();
    a.maker.letGo();
    const next = await a.take();
    await given.stage.settled();

    expect([...given.server.present]).toEqual([next]);
  });

  test("must not have the name of another", async ({ given }) => {
    const [a, b] = [await given.user("a", { name: "mine" }), await given.user("b", { name: "mine" })];
    await a.take();

    expect(await outcomeOf(b.take())).toMatchObject({
      message:
        "Could not isolate db: `make` gave mine, which another part is called\n" +
        "Have it give a name that nothing was called before, in no process: a random one, for example.",
    });
    await given.stage.settled();
    expect([...given.server.present]).toEqual(["mine"]);
  });

  test("are made no more by who has given the service back", async ({ given }) => {
    const [a, b] = [await given.user("a"), await given.user("b")];
    await b.take();
    await a.take();
    await a.member.release("db", given.serviceId);

    await b.member[Symbol.asyncDispose]();
    await given.stage.settled();

    expect(given.askedOf("a")).toEqual(["make"]);
    expect(given.server.present.size).toBe(2);
  });

  test("of a predecessor stay with those who have them, and all others are removed", async ({ given }) => {
    const a = await given.user("a");
    const holder = { memberId: a.member.memberId, requestId: "r" };
    for (const id of ["held", "idle", "half"]) given.server.present.add(id);
    given.stage.coordinator.parts.inherit([given.serviceId], [{ serviceId: given.serviceId, id: "held", holder }]);

    const id = await a.take();
    await given.stage.settled();
    expect([...given.server.present].toSorted()).toEqual(["held", id].toSorted());

    await a.member.givePart(given.serviceId, "held", 0);
    await given.stage.settled();
    expect([...given.server.present]).toEqual([id]);
  });

  test("are waited for no longer than their service is there", async ({ given }) => {
    const a = await given.user("a", { isHeld: true });
    const taking = outcomeOf(a.take());
    await given.stage.settled();

    await given.stage.coordinator.removeServices([given.serviceId], true);

    expect(await taking).toMatchObject({ code: "CLEANROOM_LIFECYCLE" });
    await given.stage.settled();
    expect(given.stage.clock.pendingTimers).toBe(0);
  });
});

describe("parts of a member that lives and has lost its connection", () => {
  base("are made by others meanwhile", async () => {
    await using stage = await CoordinatorStage.create("remote", { depart: () => Promise.resolve() });
    const given = await Given.create(stage);
    const [a, b] = [await given.user("a"), await given.user("b", { isHeld: true })];
    void outcomeOf(b.take());
    await stage.settled();

    await b.member[Symbol.asyncDispose]();

    expect(await a.take()).toBe("part2");
    expect(given.askedOf("a")).toContain("make");
  });
});

import { array, assert, asyncProperty, constantFrom, nat, record } from "fast-check";
import { describe, expect, test as base } from "vitest";
import type { ServiceRequest, SessionMember } from "../../../src/coordinator/coordination.ts";
import { EngineRequestError } from "../../../src/index.ts";
import type { SeatKind, StartedService } from "../../support/coordinator-stage.ts";
import { CoordinatorStage, requestFor } from "../../support/coordinator-stage.ts";
import { isSettled, outcomeOf } from "../support/outcome.ts";
import { noCare } from "../support/specs.ts";

/** What is true of every seat, wherever the coordinator is. */
const kinds: readonly SeatKind[] = ["local", "remote"];

/** A request for a container that nobody else has meanwhile. */
function claimOf(name: string, differences: Partial<ServiceRequest> = {}): ServiceRequest {
  return requestFor(name, { claim: { includesShared: false }, ...differences });
}

interface Claimed extends StartedService {
  readonly requestId: string;
}

/** Claims a container, and makes it when there is none. */
async function claim(stage: CoordinatorStage, member: SessionMember, request = claimOf("mail")): Promise<Claimed> {
  const { requestId } = request;
  const acquisition = await member.acquire(request);
  if (acquisition.kind === "ready") return { ...acquisition, requestId };
  const connection = await stage.make(acquisition.ticket);
  await member.created(acquisition.ticket.serviceId, connection, noCare);
  return { serviceId: acquisition.ticket.serviceId, connection, requestId };
}

const giveBack = (member: SessionMember, { serviceId, requestId }: Claimed, isReusable: boolean): Promise<void> =>
  member.giveBack({ serviceId, requestId, isReusable });

describe.for(kinds)("a %s member that claims a container", (kind) => {
  const test = base.extend("stage", async ({}, { onCleanup }) => {
    const stage = await CoordinatorStage.create(kind);
    onCleanup(() => stage[Symbol.asyncDispose]());
    return stage;
  });

  test("has one that nobody else has, and the next one gets it once it is given back", async ({ stage }) => {
    const [one, two] = await Promise.all([stage.join(), stage.join()]);
    const first = await claim(stage, one);
    const second = await claim(stage, two);
    expect(second.serviceId).not.toBe(first.serviceId);

    await giveBack(one, first, true);

    expect((await claim(stage, two)).connection).toEqual(first.connection);
    expect(stage.live).toEqual(["mail", "mail"]);
  });

  test("that asks again gets the same, though another has become free", async ({ stage }) => {
    const [one, two] = await Promise.all([stage.join(), stage.join()]);
    const other = await claim(stage, one);
    const request = claimOf("mail");
    const first = await claim(stage, two, request);
    await giveBack(one, other, true);

    expect((await claim(stage, two, request)).serviceId).toBe(first.serviceId);
  });

  test("has it removed when nobody may have it after him", async ({ stage }) => {
    const member = await stage.join();
    const first = await claim(stage, member);

    await giveBack(member, first, false);
    const second = await claim(stage, member);

    expect(second.serviceId).not.toBe(first.serviceId);
    await stage.settled();
    expect(stage.backend.containers.map(({ id }) => id)).toEqual([second.connection.id]);
  });

  test("gets the one that others share only when that will do, and shares it with nobody who claims", async ({
    stage,
  }) => {
    const [one, two] = await Promise.all([stage.join(), stage.join()]);
    const shared = await stage.start(one, requestFor("mail"));
    const includesShared = { claim: { includesShared: true } };

    expect((await claim(stage, one)).serviceId).not.toBe(shared.serviceId);
    expect((await claim(stage, one, claimOf("mail", includesShared))).serviceId).toBe(shared.serviceId);

    expect((await claim(stage, two, claimOf("mail", includesShared))).serviceId).not.toBe(shared.serviceId);
    expect(await two.acquire(requestFor("mail"))).toMatchObject({ kind: "ready", serviceId: shared.serviceId });
  });

  test("that others share, and must not be had again, leaves it to them", async ({ stage }) => {
    const member = await stage.join();
    const shared = await stage.start(member, requestFor("mail", { keepAliveMs: 60_000 }));
    const request = (): ServiceRequest => claimOf("mail", { claim: { includesShared: true }, keepAliveMs: 60_000 });
    await giveBack(member, await claim(stage, member, request()), false);

    expect((await claim(stage, member, request())).serviceId).not.toBe(shared.serviceId);
    expect(stage.backend.containers.map(({ id }) => id)).toContain(shared.connection.id);
    await member.endSession();
    await stage.settled();

    expect(stage.live).toEqual([]); // Nobody wants to find it in the next run.
  });

  test("and leaves has it removed, though others of the session stay", async ({ stage }) => {
    const [leaving, staying] = await Promise.all([stage.join({ sessionId: "s" }), stage.join({ sessionId: "s" })]);
    const kept = await claim(stage, staying);
    await claim(stage, leaving);

    await leaving[Symbol.asyncDispose]();
    await leaving.giveBack({ serviceId: "whatever", requestId: "r", isReusable: true }); // In vain, and no failure.
    await stage.settled();

    expect(stage.backend.containers.map(({ id }) => id)).toEqual([kept.connection.id]);
  });

  test("and has it when the session ends loses it; what is free is kept, asleep, for the next run", async ({
    stage,
  }) => {
    const kept = { keepAliveMs: 60_000 };
    const [first, next] = await Promise.all([stage.join(), stage.join()]);
    const free = await claim(stage, first, claimOf("mail", kept));
    await claim(stage, first, claimOf("mail", kept));
    await giveBack(first, free, true);

    await first.endSession();
    await stage.settled();
    expect(stage.backend.containers.map(({ id, isPaused }) => [id, isPaused])).toEqual([[free.connection.id, true]]);

    expect((await claim(stage, next, claimOf("mail", kept))).connection.id).toBe(free.connection.id);
    expect(stage.backend.containers.map(({ isPaused }) => isPaused)).toEqual([false]);
  });

  test("can give back neither what somebody else has nor what it has by another request", async ({ stage }) => {
    const [one, two] = await Promise.all([stage.join(), stage.join()]);
    const first = await claim(stage, one);

    await giveBack(two, first, true);
    await giveBack(one, { ...first, requestId: "another" }, true);

    expect((await claim(stage, two)).serviceId).not.toBe(first.serviceId);
  });

  test("gets the same when it asks again in the same request, as when the answer was lost", async ({ stage }) => {
    const member = await stage.join();
    const request = claimOf("mail");
    const ticket = await stage.ticket(member, request);
    expect(await stage.ticket(member, request)).toEqual(ticket);
    await member.created(ticket.serviceId, await stage.make(ticket), noCare);

    expect(await member.acquire(request)).toMatchObject({ kind: "ready", serviceId: ticket.serviceId });
    expect((await claim(stage, member)).serviceId).not.toBe(ticket.serviceId);
  });

  test("that ends by itself meanwhile is not handed out", async ({ stage }) => {
    const member = await stage.join();
    const first = await claim(stage, member);
    await giveBack(member, first, true);
    stage.container(first).exit(1);

    const second = await claim(stage, member);

    expect(second.serviceId).not.toBe(first.serviceId);
    expect(stage.live).toEqual(["mail"]);
  });

  test("that cannot be resumed is told why, and the next one may have it", async ({ stage }) => {
    const kept = { keepAliveMs: 60_000 };
    const [first, next] = await Promise.all([stage.join(), stage.join()]);
    const free = await claim(stage, first, claimOf("mail", kept));
    await giveBack(first, free, true);
    await first.endSession();
    await stage.settled();
    stage.backend.failNext(
      "unpause",
      new EngineRequestError({ operation: "unpause", refusal: "other", reason: "busy" }),
    );

    expect(await outcomeOf(next.acquire(claimOf("mail", kept)))).toMatchObject({ code: "CLEANROOM_ENGINE_REQUEST" });
    expect((await claim(stage, next, claimOf("mail", kept))).serviceId).toBe(free.serviceId);
  });

  describe("from what is made ahead", () => {
    /** Makes one ahead, when one is wanted. */
    const makeAhead = async (stage: CoordinatorStage, member: SessionMember): Promise<StartedService | undefined> => {
      const ticket = await member.createAhead(claimOf("mail"));
      if (ticket === undefined) return undefined;
      const connection = await stage.make(ticket);
      await member.created(ticket.serviceId, connection, noCare);
      return { serviceId: ticket.serviceId, connection };
    };

    test("gets that; one is wanted for each process that has any", async ({ stage }) => {
      const [one, two] = await Promise.all([stage.join(), stage.join()]);
      await claim(stage, one);
      const ahead = await makeAhead(stage, one);
      expect(ahead).toBeDefined();
      expect(await makeAhead(stage, one)).toBeUndefined();

      expect((await claim(stage, two)).serviceId).toBe(ahead?.serviceId);
      expect([await makeAhead(stage, two), await makeAhead(stage, one)]).not.toContain(undefined);
      expect(await makeAhead(stage, one)).toBeUndefined();
    });

    test("waits for what is being made, alone; when that is given up, it makes one itself", async ({ stage }) => {
      const [maker, one, two] = await Promise.all([stage.join(), stage.join(), stage.join()]);
      const request = claimOf("mail");
      const ticket = await maker.createAhead(request);
      expect(await maker.createAhead(request)).toEqual(ticket); // Its answer may have been lost.
      const waiting = one.acquire(claimOf("mail"));
      await stage.waiting(1);
      expect((await two.acquire(claimOf("mail"))).kind).toBe("create");
      expect(await isSettled(waiting)).toBe(false);

      await maker.abandoned(ticket?.serviceId ?? "");

      expect((await waiting).kind).toBe("create");
    });

    test("gets what it waited for", async ({ stage }) => {
      const [maker, one] = await Promise.all([stage.join(), stage.join()]);
      const ticket = (await maker.createAhead(claimOf("mail")))!;
      const waiting = one.acquire(claimOf("mail"));
      await stage.waiting(1);

      await maker.created(ticket.serviceId, await stage.make(ticket), noCare);

      expect(await waiting).toMatchObject({ kind: "ready", serviceId: ticket.serviceId });
    });

    test("has none made where there is no room", async ({ stage }) => {
      const request = (): ServiceRequest => claimOf("mail", { capacity: { maxContainers: 2 } });
      const member = await stage.join();
      await claim(stage, member, request());
      const ticket = (await member.createAhead(request()))!;
      await member.created(ticket.serviceId, await stage.make(ticket), noCare);
      await claim(stage, member, request());

      expect(await member.createAhead(request())).toBeUndefined();
    });
  });

  describe("where there is room for two", () => {
    const capacity = { maxContainers: 2 };
    const request = (): ServiceRequest => claimOf("mail", { capacity });

    test("waits until another process gives one back", async ({ stage }) => {
      const [one, two] = await Promise.all([stage.join({ sessionId: "s" }), stage.join({ sessionId: "s" })]);
      const first = await claim(stage, one, request());
      await claim(stage, one, request());
      const waiting = two.acquire(request());
      expect(await isSettled(waiting)).toBe(false);

      await giveBack(one, first, true);

      expect(await waiting).toMatchObject({ kind: "ready", serviceId: first.serviceId });
    });

    test("waits until another process's is removed", async ({ stage }) => {
      const [one, two] = await Promise.all([stage.join({ sessionId: "s" }), stage.join({ sessionId: "s" })]);
      const first = await claim(stage, one, request());
      await claim(stage, one, request());
      const waiting = two.acquire(request());
      expect(await isSettled(waiting)).toBe(false);

      await giveBack(one, first, false);

      expect((await waiting).kind).toBe("create");
    });

    test("is told when it has them all itself, or who has them waits as well", async ({ stage }) => {
      const [one, two] = await Promise.all([stage.join({ sessionId: "s" }), stage.join({ sessionId: "s" })]);
      await claim(stage, one, request());
      const other = await claim(stage, two, request());
      const waiting = one.acquire(request());
      expect(await isSettled(waiting)).toBe(false);

      expect(await outcomeOf(two.acquire(request()))).toMatchObject({
        code: "CLEANROOM_CAPACITY",
        details: { isDeadlock: true },
      });
      await giveBack(two, other, true);
      expect((await waiting).kind).toBe("ready");
      expect(await outcomeOf(one.acquire(request()))).toMatchObject({ code: "CLEANROOM_CAPACITY" });
    });

    test("makes room for another service with what is free", async ({ stage }) => {
      const [one, two] = await Promise.all([stage.join(), stage.join()]);
      const free = await claim(stage, one, request());
      const held = await claim(stage, one, request());
      await giveBack(one, free, true);

      expect((await two.acquire(requestFor("db", { capacity }))).kind).toBe("create");

      expect(stage.backend.containers.map(({ id }) => id)).toEqual([held.connection.id]);
    });
  });

  test("gets none once it has stopped waiting, and keeps nobody else from it", async ({ stage }) => {
    const capacity = { maxContainers: 1 };
    const [one, two, three] = await Promise.all([stage.join(), stage.join(), stage.join()]);
    const first = await claim(stage, one, claimOf("mail", { capacity }));
    const abort = new AbortController();
    const waiting = outcomeOf(two.acquire(claimOf("mail", { capacity }), abort.signal));
    await stage.settled();

    abort.abort(new Error("enough"));
    expect(await waiting).toEqual(new Error("enough"));
    await giveBack(one, first, true);

    expect((await claim(stage, three, claimOf("mail", { capacity }))).serviceId).toBe(first.serviceId);
  });
});

base.for(kinds)(
  "whatever %s members claim, give back and lose: nothing has two holders, and none is left",
  async (kind) => {
    const step = record({
      what: constantFrom("claim", "claim", "make", "make", "ahead", "reuse", "remove", "leave"),
      which: nat(7),
    });
    await assert(
      asyncProperty(array(step, { maxLength: 40 }), async (steps) => {
        await using stage = await CoordinatorStage.create(kind);
        const members = await Promise.all(Array.from({ length: 3 }, () => stage.join({ sessionId: "s" })));
        const gone = new Set<SessionMember>();
        const jobs: { member: SessionMember; request: ServiceRequest; make: () => Promise<StartedService> }[] = [];
        const held: { member: SessionMember; claimed: Claimed }[] = [];
        const dirty = new Set<string>();
        const noteHeld = (member: SessionMember, claimed: Claimed): void => {
          if (gone.has(member)) return;
          expect(held.map((other) => other.claimed.serviceId)).not.toContain(claimed.serviceId);
          expect(dirty).not.toContain(claimed.serviceId);
          held.push({ member, claimed });
        };
        const ask = (member: SessionMember, request: ServiceRequest, isAhead: boolean) => {
          const asking = isAhead
            ? member.createAhead(request).then((ticket) => ticket && { kind: "create" as const, ticket })
            : member.acquire(request);
          asking.then(
            (acquisition) => {
              if (acquisition?.kind === "ready") noteHeld(member, { ...acquisition, requestId: request.requestId });
              if (acquisition?.kind !== "create") return;
              const { ticket } = acquisition;
              const make = async (): Promise<StartedService> => {
                const connection = await stage.make(ticket);
                await member.created(ticket.serviceId, connection, noCare);
                const started = { serviceId: ticket.serviceId, connection };
                if (!isAhead) noteHeld(member, { ...started, requestId: request.requestId });
                return started;
              };
              jobs.push({ member, request, make });
            },
            () => undefined,
          );
        };
        for (const { what, which } of steps) {
          const member = members[which % members.length];
          if (member === undefined || gone.has(member)) continue;
          if (what === "claim" || what === "ahead") ask(member, claimOf("mail"), what === "ahead");
          else if (what === "make") {
            const [job] = jobs.splice(which % Math.max(1, jobs.length), 1);
            if (job !== undefined && !gone.has(job.member)) await outcomeOf(job.make());
          } else if (what === "leave") {
            gone.add(member);
            const lost = held.filter((each) => each.member === member);
            for (const each of lost) {
              held.splice(held.indexOf(each), 1);
              dirty.add(each.claimed.serviceId);
            }
            await member[Symbol.asyncDispose]();
          } else {
            const [given] = held.splice(which % Math.max(1, held.length), 1);
            if (given === undefined) continue;
            if (what === "remove") dirty.add(given.claimed.serviceId);
            await giveBack(given.member, given.claimed, what === "reuse");
          }
          await stage.settled(6);
        }
        for (const member of members) await member[Symbol.asyncDispose]();
        await stage.idle();
        expect(stage.live).toEqual([]);
      }),
      { numRuns: kind === "local" ? 60 : 10 },
    );
  },
);

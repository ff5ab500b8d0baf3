import { describe, expect, test as base } from "vitest";
import type { ServiceRequest, SessionMember } from "../../../src/coordinator/coordination.ts";
import { EngineRequestError, HealthError, LifecycleError, MigrationError } from "../../../src/index.ts";
import type { SeatKind } from "../../support/coordinator-stage.ts";
import { CoordinatorStage, eventLog, requestFor } from "../../support/coordinator-stage.ts";
import { outcomeOf } from "../support/outcome.ts";
import { noCare } from "../support/specs.ts";

/** What is true of every seat, wherever the coordinator is. */
const kinds: readonly SeatKind[] = ["local", "remote"];

const refusal = new EngineRequestError({ operation: "remove", refusal: "other", reason: "device is busy" });

describe.for(kinds)("a %s member", (kind) => {
  const test = base.extend("stage", async ({}, { onCleanup }) => {
    const stage = await CoordinatorStage.create(kind);
    onCleanup(() => stage[Symbol.asyncDispose]());
    return stage;
  });

  describe("that asks for a service", () => {
    test("is told to create it when there is none, and has it afterwards", async ({ stage }) => {
      const member = await stage.join();

      const ticket = await stage.ticket(member, requestFor("db"));
      expect(ticket).toEqual({
        serviceId: "0000000001",
        containerName: "cleanroom-db-0000000001",
        labels: {
          "dev.cleanroom.owner": "owner",
          "dev.cleanroom.coordinator": "coordinator",
          "dev.cleanroom.service-id": "0000000001",
          "dev.cleanroom.session": member.sessionId,
        },
        networkName: undefined,
      });
      const connection = await stage.make(ticket);
      await member.created(ticket.serviceId, connection, noCare);

      expect(await member.acquire(requestFor("db"))).toEqual({
        kind: "ready",
        serviceId: ticket.serviceId,
        connection,
      });
    });

    test("waits while another creates it; all get the same, in the order in which they asked", async ({ stage }) => {
      const [creator, ...others] = await Promise.all(Array.from({ length: 5 }, () => stage.join()));
      const ticket = await stage.ticket(creator as SessionMember, requestFor("db"));
      const order: number[] = [];
      const waits = [];
      for (const [index, other] of others.entries()) {
        waits.push(other.acquire(requestFor("db")).finally(() => order.push(index)));
        await stage.waiting(index + 1);
      }
      expect(order).toEqual([]);

      const connection = await stage.make(ticket);
      await creator?.created(ticket.serviceId, connection, noCare);

      const ready = { kind: "ready", serviceId: ticket.serviceId, connection };
      expect(await Promise.all(waits)).toEqual([ready, ready, ready, ready]);
      expect(order).toEqual([0, 1, 2, 3]);
      expect(stage.live).toEqual(["db"]);
    });

    test("is the only one who creates, however many ask in the same moment", async ({ stage }) => {
      const members = await Promise.all(Array.from({ length: 4 }, () => stage.join()));
      let tickets = 0;
      const got = members
        .flatMap((member) => [member, member])
        .map(async (member) => {
          const acquisition = await member.acquire(requestFor("db"));
          if (acquisition.kind === "ready") return acquisition.connection.id;
          tickets += 1;
          const connection = await stage.make(acquisition.ticket);
          await member.created(acquisition.ticket.serviceId, connection, noCare);
          return connection.id;
        });

      expect(new Set(await Promise.all(got)).size).toBe(1);
      expect(tickets).toBe(1);
      expect(stage.live).toEqual(["db"]);
    });

    test("shares it with no other group, key or network", async ({ stage }) => {
      const member = await stage.join();
      const variants: readonly Partial<ServiceRequest>[] = [{}, { group: "user" }, { key: "k2" }, { network: "n" }];

      for (const variant of variants) await stage.start(member, requestFor("db", variant));

      expect(stage.live).toHaveLength(4);
      expect(new Set(stage.backend.containers.map(({ networkName }) => networkName)).size).toBe(2);
    });

    test("gets the same ticket when it asks again in the same request, as when the answer was lost", async ({
      stage,
    }) => {
      const member = await stage.join();
      const request = requestFor("db");

      const ticket = await stage.ticket(member, request);

      expect(await stage.ticket(member, request)).toEqual(ticket);
    });

    test("does not find it again once its answer had been lost and it was abandoned", async ({ stage }) => {
      const member = await stage.join();
      const request = requestFor("db");
      const ticket = await stage.ticket(member, request);
      await member.abandoned(ticket.serviceId);

      expect((await stage.ticket(member, request)).serviceId).not.toBe(ticket.serviceId);
    });

    test("stops waiting when its signal aborts, and keeps nobody else from getting it", async ({ stage }) => {
      const [creator, impatient, patient] = await Promise.all([stage.join(), stage.join(), stage.join()]);
      const ticket = await stage.ticket(creator, requestFor("db"));
      const abort = new AbortController();
      const first = outcomeOf(impatient.acquire(requestFor("db"), abort.signal));
      const second = patient.acquire(requestFor("db"));
      await stage.waiting(2);

      abort.abort(new Error("had enough"));

      expect(await first).toEqual(new Error("had enough"));
      await creator.abandoned(ticket.serviceId);
      expect((await second).kind).toBe("create");
    });

    test("turns down the duty to create that came when it had stopped waiting", async ({ stage }) => {
      const [creator, impatient] = await Promise.all([stage.join(), stage.join()]);
      const release = stage.backend.hang("createNetwork");
      const abort = new AbortController();
      const asking = outcomeOf(impatient.acquire(requestFor("db", { network: "n" }), abort.signal));
      await stage.backend.called("createNetwork");
      abort.abort(new Error("had enough"));
      release();
      const outcome = await asking;

      // Over a socket the seat sees to it; in the same process the caller learns of the ticket, and gives it back.
      if (kind === "local") {
        await impatient.abandoned((outcome as { readonly ticket: { readonly serviceId: string } }).ticket.serviceId);
      }
      expect((await creator.acquire(requestFor("db", { network: "n" }))).kind).toBe("create");
    });

    test("keeps its lease though another request of its own stops waiting", async ({ stage }) => {
      const [creator, member] = await Promise.all([stage.join(), stage.join()]);
      const ticket = await stage.ticket(creator, requestFor("db"));
      const abort = new AbortController();
      const first = outcomeOf(member.acquire(requestFor("db"), abort.signal));
      const second = member.acquire(requestFor("db"));
      await stage.waiting(2);
      abort.abort(new Error("had enough"));
      await first;
      await stage.settled();

      await creator.created(ticket.serviceId, await stage.make(ticket), noCare);
      await second;
      const report = await creator.endSession();

      expect(report.containers.map(({ outcome }) => outcome)).toEqual(["still-used"]);
      expect(stage.live).toEqual(["db"]);
    });

    test("is refused what depends on something that is gone", async ({ stage }) => {
      const member = await stage.join();

      await expect(member.acquire(requestFor("app", { dependsOn: ["nothing"] }))).rejects.toMatchObject({
        code: "CLEANROOM_LIFECYCLE",
        message: "Something that app depends on was removed meanwhile.",
      });
    });

    test("is told in words when its session has ended meanwhile", async ({ stage }) => {
      const [creator, main] = await Promise.all([stage.join(), stage.join()]);
      const worker = await stage.join({ sessionId: main.sessionId });
      await stage.ticket(creator, requestFor("db"));
      const waiting = outcomeOf(worker.acquire(requestFor("db")));
      await stage.waiting(1);

      await main.endSession();

      expect(await waiting).toMatchObject({ code: "CLEANROOM_LIFECYCLE", message: "The session has ended." });
    });
  });

  describe("that creates a service", () => {
    const failure = new MigrationError({ container: "db", file: "1.sql", line: 3, reason: "no such table" });

    test("may say twice that it did", async ({ stage }) => {
      const member = await stage.join();
      const { serviceId, connection } = await stage.start(member, requestFor("db"));

      await member.created(serviceId, connection, noCare);

      expect(stage.live).toEqual(["db"]);
    });

    test("is told when it had been given up meanwhile", async ({ stage }) => {
      const member = await stage.join();
      const ticket = await stage.ticket(member, requestFor("db"));
      const connection = await stage.make(ticket);
      await member.abandoned(ticket.serviceId);

      await expect(member.created(ticket.serviceId, connection, noCare)).rejects.toMatchObject({
        code: "CLEANROOM_LIFECYCLE",
        message: "db was given up before it was ready.",
      });
      expect(stage.live).toEqual([]);
    });

    test("and fails has everybody who waits get the same error", async ({ stage }) => {
      const [creator, one, two] = await Promise.all([stage.join(), stage.join(), stage.join()]);
      const ticket = await stage.ticket(creator, requestFor("db"));
      const waits = [one, two].map((member) => outcomeOf(member.acquire(requestFor("db"))));
      await stage.waiting(2);
      await stage.make(ticket);

      await creator.failed(ticket.serviceId, failure);

      for (const error of await Promise.all(waits)) {
        expect(error).toBeInstanceOf(MigrationError);
        expect(error).toMatchObject({ code: failure.code, details: failure.details, message: failure.message });
      }
      expect(stage.live).toEqual([]);
    });

    test("and fails is not followed by another try in the sessions of those who were told", async ({ stage }) => {
      const [creator, waiter, stranger] = await Promise.all([stage.join(), stage.join(), stage.join()]);
      const ticket = await stage.ticket(creator, requestFor("db"));
      const waiting = outcomeOf(waiter.acquire(requestFor("db")));
      await stage.waiting(1);
      await creator.failed(ticket.serviceId, failure);
      await waiting;

      for (const member of [creator, waiter, await stage.join({ sessionId: waiter.sessionId })]) {
        await expect(member.acquire(requestFor("db"))).rejects.toMatchObject({ message: failure.message });
      }
      // Another session, another key, and what was forgotten: all of them are tries of their own.
      const stranges = await stage.ticket(stranger, requestFor("db"));
      await stranger.abandoned(stranges.serviceId);
      const changed = await stage.ticket(creator, requestFor("db", { key: "changed" }));
      await creator.abandoned(changed.serviceId);
      expect(await waiter.release("db", undefined)).toEqual({ containers: [], networks: [], errors: [] });
      await waiter.abandoned((await stage.ticket(waiter, requestFor("db"))).serviceId);
    });

    const waysToGiveUp = {
      abandons: (member: SessionMember, serviceId: string) => member.abandoned(serviceId),
      leaves: (member: SessionMember) => member[Symbol.asyncDispose](),
      "ends its session": (member: SessionMember) => member.endSession(),
    };
    for (const [way, giveUp] of Object.entries(waysToGiveUp)) {
      test(`and ${way} hands the job to the next, once what was half made is gone`, async ({ stage }) => {
        const [creator, one, two] = await Promise.all([stage.join(), stage.join(), stage.join()]);
        const ticket = await stage.ticket(creator, requestFor("db"));
        await stage.make(ticket);
        let isAnswered = false;
        const next = one.acquire(requestFor("db")).finally(() => (isAnswered = true));
        await stage.waiting(1);
        const last = two.acquire(requestFor("db"));
        await stage.waiting(2);
        const release = stage.backend.hang("remove");

        const givingUp = giveUp(creator, ticket.serviceId);
        await stage.backend.called("remove");
        await stage.settled();
        expect(isAnswered).toBe(false);
        release();
        await givingUp;

        const acquisition = await next;
        expect(stage.live).toEqual([]);
        if (acquisition.kind !== "create") throw new Error("It was not handed over.");
        expect(acquisition.ticket.serviceId).not.toBe(ticket.serviceId);
        const connection = await stage.make(acquisition.ticket);
        await one.created(acquisition.ticket.serviceId, connection, noCare);
        expect(await last).toMatchObject({ kind: "ready", connection });
      });
    }
  });

  describe("that gives back", () => {
    test("one service: it is stopped and removed, and the report says so", async ({ stage }) => {
      const member = await stage.join();
      const started = await stage.start(member, requestFor("db"));

      const report = await member.release("db", started.serviceId);

      expect(report).toEqual({
        containers: [
          {
            name: "db",
            id: started.connection.id,
            outcome: "stopped",
            exitCode: 0,
            signal: "SIGTERM",
            volumes: [],
            startedAtMs: 1_000_000,
            durationMs: 0,
            stopMs: 0,
            removalMs: 0,
          },
        ],
        networks: [],
        errors: [],
      });
      expect(stage.live).toEqual([]);
    });

    test("what others use leaves it to them", async ({ stage }) => {
      const [one, two] = await Promise.all([stage.join(), stage.join()]);
      const { serviceId } = await stage.start(one, requestFor("db"));
      await two.acquire(requestFor("db"));

      expect((await one.release("db", serviceId)).containers.map(({ outcome }) => outcome)).toEqual(["still-used"]);
      expect((await two.endSession()).containers.map(({ outcome }) => outcome)).toEqual(["stopped"]);
      expect((await one.endSession()).containers).toEqual([]);
    });

    test("what others of its session use says nothing of it", async ({ stage }) => {
      const one = await stage.join();
      const two = await stage.join({ sessionId: one.sessionId });
      const { serviceId } = await stage.start(one, requestFor("db"));
      await two.acquire(requestFor("db"));

      expect((await one.release("db", serviceId)).containers).toEqual([]);
      expect(stage.live).toEqual(["db"]);
      expect((await two.release("db", serviceId)).containers).toHaveLength(1);
      expect(stage.live).toEqual([]);
    });

    test("what is kept says that", async ({ stage }) => {
      const member = await stage.join();
      await stage.start(member, requestFor("db", { keepAliveMs: 5000 }));

      expect((await member.endSession()).containers).toMatchObject([{ name: "db", outcome: "kept" }]);
      await stage.clock.advance(5000);
      await stage.idle();
    });

    test("everything: dependants go before what they depend on", async ({ stage }) => {
      const member = await stage.join();
      const db = await stage.start(member, requestFor("db"));
      const api = await stage.start(member, requestFor("api", { dependsOn: [db.serviceId] }));
      await stage.start(member, requestFor("web", { dependsOn: [api.serviceId, db.serviceId] }));

      const { containers, errors } = await member.endSession();

      expect(containers.map(({ name, outcome }) => `${name} ${outcome}`).toSorted()).toEqual([
        "api stopped",
        "db stopped",
        "web stopped",
      ]);
      expect(errors).toEqual([]);
      const ends = stage.backend.calls.filter(({ method }) => method === "stop" || method === "remove");
      expect(ends.map(({ method, subject }) => `${method} ${subject.split("-")[1] ?? ""}`)).toEqual([
        "stop web",
        "remove web",
        "stop api",
        "remove api",
        "stop db",
        "remove db",
      ]);
    });

    test("what cannot be removed says why, and the next end tries again", async ({ stage }) => {
      const [member, another] = await Promise.all([stage.join(), stage.join()]);
      await stage.start(member, requestFor("db"));
      stage.backend.failNext("remove", refusal);

      const report = await member.endSession();
      expect(report.containers).toMatchObject([{ name: "db", outcome: "failed", error: { message: refusal.message } }]);
      expect(report.errors).toMatchObject([{ code: refusal.code, message: refusal.message, details: refusal.details }]);
      expect(stage.live).toEqual(["db"]);

      const next = await another.endSession();
      expect(next.containers.map(({ name }) => name)).toEqual(["db"]);
      expect(next.errors).toEqual([]);
      expect(stage.live).toEqual([]);
    });

    test("what is being removed already reports it, once, when that is done", async ({ stage }) => {
      const events = eventLog();
      const member = await stage.join(events);
      const { serviceId } = await stage.start(member, requestFor("db"));
      const release = stage.backend.hang("remove");
      const removing = stage.coordinator.removeServices([serviceId], true);
      await stage.backend.called("remove");
      const ending = member.endSession();
      await stage.settled();
      release();

      expect((await ending).containers).toMatchObject([{ name: "db", outcome: "stopped" }]);
      await removing;
      expect(events.events.map(({ kind: happened }) => happened)).toEqual(["stopping", "stopped", "removed"]);
    });
  });

  test("that leaves takes what is only its own along, though its session goes on", async ({ stage }) => {
    const main = await stage.join();
    const worker = await stage.join({ sessionId: main.sessionId });
    await stage.start(worker, requestFor("own", { group: `process:${worker.memberId}`, keepAliveMs: 60_000 }));
    await stage.start(worker, requestFor("shared"));

    await worker[Symbol.asyncDispose]();
    while (stage.live.length > 1) await stage.settled();

    expect(stage.live).toEqual(["shared"]);
    expect((await main.endSession()).containers.map(({ name }) => name)).toEqual(["shared"]);
  });

  test("that leaves last ends the session", async ({ stage }) => {
    const one = await stage.join();
    const two = await stage.join({ sessionId: one.sessionId });
    await stage.start(one, requestFor("db"));

    await one[Symbol.asyncDispose]();
    await stage.settled();
    expect(stage.live).toEqual(["db"]);
    await two[Symbol.asyncDispose]();
    await stage.idle();

    expect(stage.live).toEqual([]);
  });

  test("cannot be used after it has left", async ({ stage }) => {
    const member = await stage.join();
    await member[Symbol.asyncDispose]();

    const error = await outcomeOf(member.acquire(requestFor("db")));

    expect(error).toBeInstanceOf(LifecycleError);
    expect(stage.coordinator.services.all).toEqual([]);
  });

  test("remembers valid configurations for everybody", async ({ stage }) => {
    const [one, two] = await Promise.all([stage.join(), stage.join()]);
    expect(await two.isKnownValid("digest")).toBe(false);

    await one.foundValid("digest");

    expect(await two.isKnownValid("digest")).toBe(true);
    expect(await two.isKnownValid("another")).toBe(false);
  });

  test("is told what somebody else did to its service", async ({ stage }) => {
    const mine = eventLog();
    const others = eventLog();
    const member = await stage.join(mine);
    await stage.join(others);
    const dead = await stage.start(member, requestFor("dead"));
    const removed = await stage.start(member, requestFor("removed"));

    stage.container(dead).exit(3);
    while (mine.events.length < 1) await stage.settled();
    await stage.backend.remove(removed.connection.id);
    while (mine.events.length < 3) await stage.settled();

    const { serviceId } = removed;
    expect(mine.events).toEqual([
      {
        serviceId: dead.serviceId,
        kind: "failed",
        reason: "dead exited with code 3 while it was in use.\nIt logged nothing.",
        error: expect.objectContaining({ code: "CLEANROOM_EXITED_WHILE_RUNNING" }) as unknown,
      },
      { serviceId, kind: "failed", reason: "somebody else removed it" },
      { serviceId, kind: "removed", reason: "somebody else removed it" },
    ]);
    expect(others.events).toEqual([]);
  });

  test("passes on errors of other classes as they are", async ({ stage }) => {
    const [creator, waiter] = await Promise.all([stage.join(), stage.join()]);
    const ticket = await stage.ticket(creator, requestFor("db"));
    const waiting = outcomeOf(waiter.acquire(requestFor("db")));
    await stage.waiting(1);
    const cause = new HealthError({
      container: "db",
      probe: "tcp",
      elapsedMs: 1,
      attempts: 1,
      lastResults: [],
      logTail: "",
    });

    await creator.failed(ticket.serviceId, new TypeError("x is not a function", { cause }));

    const error = (await waiting) as Error;
    expect(error).toMatchObject({ name: "TypeError", message: "x is not a function" });
    expect(error.cause).toMatchObject({ name: "HealthError", code: cause.code, message: cause.message });
  });

  describe("that takes parts of a service", () => {
    test("has some that nobody else has, and gives them back", async ({ stage }) => {
      const [one, two] = await Promise.all([stage.join(), stage.join()]);
      const { serviceId } = await stage.start(one, requestFor("db"));
      await two.acquire(requestFor("db"));

      const taken = await Promise.all([one.takePart(serviceId), one.takePart(serviceId), two.takePart(serviceId)]);
      expect(new Set(taken).size).toBe(3);
      await two.givePart(serviceId, taken[2], 0);
      await stage.settled();

      expect([...(stage.parts.get("db")?.present ?? [])].toSorted()).toEqual(taken.slice(0, 2).toSorted());
    });

    test("gives them all back when it leaves, though others stay", async ({ stage }) => {
      const [leaving, staying] = await Promise.all([stage.join({ sessionId: "s" }), stage.join({ sessionId: "s" })]);
      const { serviceId } = await stage.start(staying, requestFor("db"));
      const kept = await staying.takePart(serviceId);
      await Promise.all([leaving.takePart(serviceId), leaving.takePart(serviceId)]);

      await leaving[Symbol.asyncDispose]();
      await leaving.givePart(serviceId, "whatever", 0); // Which is in vain, and no failure.
      await stage.settled();

      expect([...(stage.parts.get("db")?.present ?? [])]).toEqual([kept]);
    });

    test("gives them back with its session, though the service is kept", async ({ stage }) => {
      const member = await stage.join();
      const { serviceId } = await stage.start(member, requestFor("db", { keepAliveMs: 60_000 }));
      await member.takePart(serviceId);

      await member.endSession();
      await stage.settled();

      expect(stage.live).toEqual(["db"]);
      expect(stage.parts.get("db")?.present.size).toBe(0);
      expect(stage.backend.containers[0]?.isPaused).toBe(true);
    });

    test("has one kept to be looked at, and the service awake with it, for as long as it asked", async ({ stage }) => {
      const member = await stage.join();
      const { serviceId } = await stage.start(member, requestFor("db"));
      await stage.start(member, requestFor("other"));
      const [kept, dropped] = [await member.takePart(serviceId), await member.takePart(serviceId)];
      await member.givePart(serviceId, kept, 5000);
      await member.givePart(serviceId, dropped, 0);

      const { containers } = await member.endSession();
      await stage.settled();

      expect(containers.map(({ name, outcome }) => [name, outcome])).toEqual([
        ["db", "kept"],
        ["other", "stopped"],
      ]);
      expect([...(stage.parts.get("db")?.present ?? [])]).toEqual([kept]);
      expect(stage.backend.containers.map(({ isPaused }) => isPaused)).toEqual([false]);
      await stage.clock.advance(5000);
      await stage.idle();
      expect(stage.live).toEqual([]);
    });

    test("has its service stay while somebody may look at a part, whatever else there is", async ({ stage }) => {
      const member = await stage.join();
      const capacity = { maxIdleContainers: 0 };
      const { serviceId } = await stage.start(member, requestFor("db", { keepAliveMs: 60_000, capacity }));
      await member.givePart(serviceId, await member.takePart(serviceId), 5000);
      await member.endSession();
      const other = await stage.join();
      await stage.start(other, requestFor("db", { key: "changed" }));
      await stage.settled();
      expect(stage.live).toEqual(["db", "db"]);

      await stage.clock.advance(5000);
      await stage.settled();

      expect(stage.live).toEqual(["db"]); // None may be kept that nobody uses or looks at.
    });

    test("gets none once it has stopped waiting, and what still comes of it is removed", async ({ stage }) => {
      const member = await stage.join();
      const { serviceId } = await stage.start(member, requestFor("db"));
      await member.givePart(serviceId, await member.takePart(serviceId), 0);
      const parts = stage.parts.get("db")!;
      parts.isHeld = true;
      const abort = new AbortController();
      const waiting = outcomeOf(member.takePart(serviceId, abort.signal));
      await stage.settled();

      abort.abort(new Error("enough"));
      expect(await waiting).toEqual(new Error("enough"));
      parts.isHeld = false;
      parts.letGo();
      await stage.settled();
      await member[Symbol.asyncDispose]();
      await stage.settled();

      expect(parts.present.size).toBeLessThanOrEqual(1); // It may be kept for who comes next.
      expect(stage.lines).toEqual([]);
    });

    test("is told why there are none", async ({ stage }) => {
      const member = await stage.join();
      const { serviceId } = await stage.start(member, requestFor("db"));
      const whole = await stage.start(member, requestFor("whole"));
      await member.takePart(serviceId);
      stage.parts.get("db")!.failure = new HealthError({
        container: "db",
        probe: "tcp",
        elapsedMs: 1,
        attempts: 1,
        lastResults: [],
        logTail: "",
      });

      expect(await outcomeOf(member.takePart(serviceId))).toMatchObject({ code: "CLEANROOM_HEALTH_TIMEOUT" });
      expect(await outcomeOf(member.takePart(whole.serviceId))).toMatchObject({
        code: "CLEANROOM_UNSUPPORTED",
        message: "whole cannot be isolated in parts.",
      });
      await member.release("db", serviceId);
      expect(await outcomeOf(member.takePart(serviceId))).toMatchObject({
        code: "CLEANROOM_LIFECYCLE",
        message: "The service was removed before it could be isolated.",
      });
    });
  });
});

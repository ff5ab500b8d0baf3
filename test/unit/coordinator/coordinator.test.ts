import { describe, expect, test as base } from "vitest";
import type { SessionMember } from "../../../src/coordinator/coordination.ts";
import { servicesStatus } from "../../../src/coordinator/service-status.ts";
import { EngineRequestError } from "../../../src/index.ts";
import { CoordinatorStage, eventLog, requestFor } from "../../support/coordinator-stage.ts";
import { isSettled, outcomeOf } from "../support/outcome.ts";
import { noCare } from "../support/specs.ts";

const test = base.extend("stage", async ({}, { onCleanup }) => {
  const stage = await CoordinatorStage.create("local", { retryMs: 2000, stragglerMs: 2000 });
  onCleanup(() => stage[Symbol.asyncDispose]());
  return stage;
});

const refused = (operation: string): EngineRequestError =>
  new EngineRequestError({ operation, refusal: "other", reason: "device is busy" });

describe("a service that is kept", () => {
  const kept = requestFor("db", { keepAliveMs: 10_000 });

  test("sleeps while nobody uses it, and is awake for whoever comes next", async ({ stage }) => {
    const started = await stage.start(await stage.join(), kept);
    await (await stage.join()).acquire(kept);
    expect(stage.container(started).isPaused).toBe(false);
    for (const { members } of stage.coordinator.sessions.all) {
      for (const member of members.values()) await stage.coordinator.leave(member);
    }
    await stage.settled();

    expect(stage.container(started).isPaused).toBe(true);
    expect(servicesStatus(stage.coordinator)).toEqual([
      {
        serviceId: started.serviceId,
        name: "db",
        group: "project:/p",
        state: "asleep",
        containerName: "cleanroom-db-0000000001",
        image: "app:1",
        users: "",
        expiresAtMs: 1_010_000,
      },
    ]);

    const acquisition = await (await stage.join()).acquire(kept);
    expect(acquisition).toMatchObject({ kind: "ready", serviceId: started.serviceId });
    expect(stage.container(started).isPaused).toBe(false);
    await stage.clock.advance(60_000);
    expect(stage.live).toEqual(["db"]);
  });

  test("is removed on time, not earlier; its time counts from its last user", async ({ stage }) => {
    const first = await stage.join();
    await stage.start(first, kept);
    await first.endSession();
    await stage.clock.advance(9000);
    const second = await stage.join();
    await second.acquire(kept);
    await second.endSession();
    await first[Symbol.asyncDispose]();
    await second[Symbol.asyncDispose]();

    await stage.clock.advance(9999);
    expect(stage.live).toEqual(["db"]);
    await stage.clock.advance(1);

    expect(stage.live).toEqual([]);
    expect(stage.coordinator.isIdle).toBe(true);
    expect(stage.clock.pendingTimers).toBe(0);
  });

  test("leaves nothing when its time is over, its network included, and says so", async () => {
    const changes: boolean[] = [];
    const stage = await CoordinatorStage.create("local", { onChange: (isIdle) => changes.push(isIdle) });
    const member = await stage.join();
    await stage.start(member, requestFor("db", { keepAliveMs: 10_000, network: "n" }));
    await member.endSession();
    await member[Symbol.asyncDispose]();
    expect(stage.backend.networks).toHaveLength(1);

    await stage.clock.advance(10_000);

    expect(stage.backend.networks).toEqual([]);
    expect(changes.at(-1)).toBe(true); // Without this a coordinator's process would never end.
    await stage[Symbol.asyncDispose]();
  });

  test("stays as long as something that depends on it is kept", async ({ stage }) => {
    const member = await stage.join();
    const db = await stage.start(member, requestFor("db"));
    await stage.start(member, requestFor("api", { dependsOn: [db.serviceId], keepAliveMs: 10_000 }));

    expect((await member.endSession()).containers.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
      "api kept",
      "db still-used",
    ]);
    await stage.clock.advance(10_000);

    expect(stage.live).toEqual([]);
  });

  test("makes room for what was used later; what is in use never does", async ({ stage }) => {
    const capacity = { maxIdleContainers: 1 };
    const request = (name: string) => requestFor(name, { keepAliveMs: 60_000, capacity });
    const users = [];
    for (const name of ["a", "b", "c", "d"]) {
      const user = await stage.join();
      await stage.start(user, request(name));
      users.push(user);
    }
    const [a, b, c] = users as [SessionMember, SessionMember, SessionMember];
    await b.endSession();
    await stage.clock.advance(10);
    await a.endSession();
    await stage.settled();
    expect(stage.live).toEqual(["a", "c", "d"]);
    await stage.clock.advance(10);
    await c.endSession();
    await stage.settled();

    expect(stage.live).toEqual(["c", "d"]);
  });

  test("is replaced when its description has changed, unless somebody still uses it", async ({ stage }) => {
    const [one, two] = await Promise.all([stage.join(), stage.join()]);
    const old = await stage.start(one, requestFor("db", { keepAliveMs: 60_000 }));
    const changed = requestFor("db", { key: "changed", keepAliveMs: 60_000 });

    const next = await stage.start(two, changed);
    expect(stage.backend.containers.map(({ id }) => id)).toEqual([old.connection.id, next.connection.id]);
    await one.endSession();
    expect(stage.backend.containers).toHaveLength(2);
    await stage.start(await stage.join(), requestFor("db", { key: "changed again" }));
    await stage.settled();

    expect(stage.backend.containers.map(({ id }) => id)).not.toContain(old.connection.id);
    expect(stage.backend.containers.map(({ id }) => id)).toContain(next.connection.id);
  });

  test("stays awake where the engine cannot pause", async ({ stage }) => {
    stage.backend.failNext("pause", refused("pause"));
    const member = await stage.join();
    const started = await stage.start(member, kept);
    await member.endSession();
    await stage.settled();

    expect(stage.container(started).isPaused).toBe(false);
    expect(stage.lines).toEqual([expect.stringContaining("stays awake")]);
    expect(await (await stage.join()).acquire(kept)).toMatchObject({ kind: "ready" });
  });
});

describe("a container that somebody else", () => {
  const interferences = {
    removed: (stage: CoordinatorStage, id: string) => stage.backend.remove(id),
    killed: (stage: CoordinatorStage, id: string) => {
      stage.backend.containers.find((container) => container.id === id)?.kill();
      return Promise.resolve();
    },
  };
  for (const [what, interfere] of Object.entries(interferences)) {
    for (const isSeen of [true, false]) {
      test(`${what} is replaced, ${isSeen ? "as it was seen" : "though nobody saw it"}`, async ({ stage }) => {
        const member = await stage.join();
        const started = await stage.start(member, requestFor("db"));
        if (!isSeen) stage.coordinator.upkeep.stop();
        await interfere(stage, started.connection.id);
        await stage.settled();

        const acquisition = await member.acquire(requestFor("db"));

        expect(acquisition.kind).toBe("create");
        expect(stage.live).toEqual([]);
      });

      test(`${what} while it slept is replaced, ${isSeen ? "as it was seen" : "though nobody saw it"}`, async ({
        stage,
      }) => {
        const member = await stage.join();
        const started = await stage.start(member, requestFor("db", { keepAliveMs: 60_000 }));
        await member.endSession();
        await stage.settled();
        if (!isSeen) stage.coordinator.upkeep.stop();
        await interfere(stage, started.connection.id);
        await stage.settled();

        const acquisition = await (await stage.join()).acquire(requestFor("db", { keepAliveMs: 60_000 }));

        expect(acquisition.kind).toBe("create");
        expect(stage.live).toEqual([]);
      });
    }
  }

  test("restarted while nobody watched has its ports read again", async ({ stage }) => {
    const member = await stage.join();
    const started = await stage.start(member, requestFor("db"));
    stage.backend.cutWatches(refused("watch"));
    await stage.settled();
    stage.container(started).kill();
    await stage.backend.start(started.connection.id);

    const acquisition = await member.acquire(requestFor("db"));

    expect(acquisition).toMatchObject({ kind: "ready", connection: { ports: stage.container(started).ports } });
    expect(stage.container(started).ports).not.toEqual(started.connection.ports);
  });

  test("removed is noticed once the engine's events can be seen again", async ({ stage }) => {
    const mine = eventLog();
    const member = await stage.join(mine);
    const started = await stage.start(member, requestFor("db"));
    for (let cut = 0; cut < 3; cut += 1) {
      stage.backend.failNext("watch", refused("watch"));
    }
    stage.backend.cutWatches(refused("watch"));
    await stage.settled();
    await stage.backend.remove(started.connection.id);
    expect(mine.events).toEqual([]);

    await stage.clock.advance(10_000);

    expect(mine.events.map(({ kind }) => kind)).toEqual(["failed", "removed"]);
    expect(stage.lines.filter((line) => line.includes("events were cut off"))).toHaveLength(1);
  });

  test("made after its creator had given up is removed", async ({ stage }) => {
    const member = await stage.join();
    const ticket = await stage.ticket(member, requestFor("db"));
    await stage.settled();
    await member.abandoned(ticket.serviceId);

    await stage.make(ticket).catch(() => undefined);
    await stage.settled();

    expect(stage.live).toEqual([]);
    await stage.clock.advance(2000);
    await member[Symbol.asyncDispose]();
    expect(stage.coordinator.isIdle).toBe(true);
  });
});

describe("capacity", () => {
  const capacity = { maxContainers: 2, whenFull: "wait" } as const;

  test("that is used up lets the next wait until something is given back", async ({ stage }) => {
    const [one, two] = await Promise.all([stage.join(), stage.join()]);
    await stage.start(one, requestFor("a", { capacity }));
    const b = await stage.start(one, requestFor("b", { capacity }));
    const waiting = two.acquire(requestFor("c", { capacity }));
    expect(await isSettled(waiting)).toBe(false);

    await one.release("b", b.serviceId);

    expect((await waiting).kind).toBe("create");
    expect(stage.live).toEqual(["a"]);
  });

  test("is not exceeded by those who ask in the same moment", async ({ stage }) => {
    const members = await Promise.all(Array.from({ length: 6 }, () => stage.join()));
    let most = 0;
    const done = members.map(async (member, index) => {
      const started = await stage.start(member, requestFor(`s${index}`, { capacity }));
      most = Math.max(most, stage.live.length);
      await stage.settled();
      await member.release(`s${index}`, started.serviceId);
    });

    await Promise.all(done);

    expect(most).toBe(2);
    expect(stage.live).toEqual([]);
  });

  test("that is used up can fail instead, and then names those who have what there is", async ({ stage }) => {
    const [one, two] = await Promise.all([stage.join(), stage.join()]);
    const failing = { maxContainers: 2, whenFull: "fail" } as const;
    await stage.start(one, requestFor("a", { capacity: failing }));
    await stage.start(one, requestFor("b", { capacity: failing }));
    await two.acquire(requestFor("b", { capacity: failing }));

    const error = await outcomeOf(two.acquire(requestFor("c", { capacity: failing })));

    expect(error).toMatchObject({ code: "CLEANROOM_CAPACITY", details: { container: "c", maxContainers: 2 } });
    const who = `\\S+ \\S* ?\\(pid ${process.pid}\\)`;
    expect((error as { readonly details: { readonly holders: readonly string[] } }).details.holders).toEqual([
      expect.stringMatching(new RegExp(`^a: ${who}$`)),
      expect.stringMatching(new RegExp(`^b: ${who}; ${who}$`)),
    ]);
  });

  test("is made by removing what nobody uses, the longest unused first", async ({ stage }) => {
    const [one, two, three] = await Promise.all([stage.join(), stage.join(), stage.join()]);
    await stage.start(one, requestFor("a", { capacity, keepAliveMs: 60_000 }));
    await stage.start(two, requestFor("b", { capacity, keepAliveMs: 60_000 }));
    await two.endSession();
    await stage.clock.advance(1);
    await one.endSession();

    await stage.start(three, requestFor("c", { capacity }));

    expect(stage.live).toEqual(["a", "c"]);
  });

  test("that something takes which cannot be removed fails in its words, and does not try for ever", async ({
    stage,
  }) => {
    const one = await stage.join();
    await stage.start(one, requestFor("a", { capacity: { maxContainers: 1 } }));
    stage.backend.failNext("remove", refused("remove the container"));
    stage.backend.failNext("remove", refused("remove the container"));
    await one.endSession();
    const two = await stage.join();

    await expect(two.acquire(requestFor("b", { capacity: { maxContainers: 1 } }))).rejects.toMatchObject({
      message: "The engine refused to remove the container: device is busy",
    });
    expect((await two.acquire(requestFor("b", { capacity: { maxContainers: 1 } }))).kind).toBe("create");
  });

  test("is awaited no longer than whoever waits stays", async ({ stage }) => {
    const [one, two] = await Promise.all([stage.join(), stage.join()]);
    await stage.start(one, requestFor("a", { capacity: { maxContainers: 1 } }));
    const waiting = outcomeOf(two.acquire(requestFor("b", { capacity: { maxContainers: 1 } })));

    await two[Symbol.asyncDispose]();

    expect(await waiting).toMatchObject({ message: "The process left its session meanwhile." });
  });
});

describe("a network", () => {
  const on = (name: string) => requestFor(name, { network: "n" });

  test("is made once for all that join it, and removed after the last", async ({ stage }) => {
    const [one, two] = await Promise.all([stage.join(), stage.join()]);
    const release = stage.backend.hang("createNetwork");
    const tickets = Promise.all([stage.ticket(one, on("a")), stage.ticket(two, on("b"))]);
    await stage.backend.called("createNetwork");
    release();
    const [a, b] = await tickets;

    expect(a.networkName).toBe(b.networkName);
    expect(stage.backend.networks).toEqual([a.networkName]);
    await one.created(a.serviceId, await stage.make(a), noCare);
    await two.created(b.serviceId, await stage.make(b), noCare);
    await one.endSession();
    expect(stage.backend.networks).toHaveLength(1);
    await two.endSession();

    expect(stage.backend.networks).toEqual([]);
    expect(stage.backend.methods.filter((method) => method === "createNetwork")).toHaveLength(1);
  });

  test("that is joined while it is being removed is made again, and removed again", async ({ stage }) => {
    const [one, two] = await Promise.all([stage.join(), stage.join()]);
    await stage.start(one, on("a"));
    const release = stage.backend.hang("removeNetwork");
    const ending = one.endSession();
    await stage.backend.called("removeNetwork");
    const starting = stage.start(two, on("b"));
    await stage.settled();
    release();
    await ending;
    await starting;
    expect(stage.backend.networks).toHaveLength(1);
    expect(stage.coordinator.networks.names).toHaveLength(1);

    await stage.start(two, on("c"));
    await two.endSession();

    expect(stage.backend.networks).toEqual([]);
    expect(stage.coordinator.networks.names).toEqual([]);
  });

  test("that cannot be made fails the request, and the next makes it", async ({ stage }) => {
    const member = await stage.join();
    stage.backend.failNext("createNetwork", refused("create the network"));

    await expect(member.acquire(on("a"))).rejects.toMatchObject({ code: "CLEANROOM_ENGINE_REQUEST" });

    expect((await member.acquire(on("a"))).kind).toBe("create");
    expect(stage.backend.networks).toHaveLength(1);
  });

  test("that cannot be removed is reported, and tried again until it is gone", async ({ stage }) => {
    const member = await stage.join();
    await stage.start(member, on("a"));
    stage.backend.failNext("removeNetwork", refused("remove the network"));
    stage.backend.failNext("removeNetwork", refused("remove the network"));

    const report = await member.endSession();
    await member[Symbol.asyncDispose]();
    expect(report.containers).toMatchObject([{ outcome: "stopped" }]);
    expect(report.errors).toMatchObject([{ message: "The engine refused to remove the network: device is busy" }]);
    expect(stage.coordinator.isIdle).toBe(false);

    await stage.clock.advance(2000);
    expect(stage.backend.networks).toHaveLength(1);
    await stage.clock.advance(2000);

    expect(stage.backend.networks).toEqual([]);
    expect(stage.coordinator.isIdle).toBe(true);
  });
});

describe("a removal that fails", () => {
  test("is tried again until it succeeds, and keeps the coordinator from ending", async ({ stage }) => {
    const member = await stage.join();
    await stage.start(member, requestFor("db"));
    for (let time = 0; time < 3; time += 1) stage.backend.failNext("remove", refused("remove the container"));

    expect((await member.endSession()).errors).toHaveLength(1);
    await member[Symbol.asyncDispose]();
    await stage.clock.advance(3999);
    expect(stage.live).toEqual(["db"]);
    expect(stage.coordinator.isIdle).toBe(false);
    expect(stage.lines).toHaveLength(1); // However often it fails.
    await stage.clock.advance(10_000);

    expect(stage.live).toEqual([]);
    expect(stage.coordinator.isIdle).toBe(true);
    expect(stage.clock.pendingTimers).toBe(0);
  });

  test("is told to whoever wants the same service, and gone with the next try", async ({ stage }) => {
    const [one, two] = await Promise.all([stage.join(), stage.join()]);
    await stage.start(one, requestFor("db"));
    stage.backend.failNext("remove", refused("remove the container"));
    stage.backend.failNext("remove", refused("remove the container"));
    await one.endSession();

    await expect(two.acquire(requestFor("db"))).rejects.toMatchObject({
      message: "The engine refused to remove the container: device is busy",
    });
    expect((await two.acquire(requestFor("db"))).kind).toBe("create");
    expect(stage.live).toEqual([]);
  });

  test("leaves what it depends on alone", async ({ stage }) => {
    const member = await stage.join();
    const db = await stage.start(member, requestFor("db"));
    await stage.start(member, requestFor("api", { dependsOn: [db.serviceId] }));
    stage.backend.failNext("remove", refused("remove the container"));

    const report = await member.endSession();
    expect(report.containers.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual(["api failed", "db still-used"]);
    await stage.clock.advance(2000);

    expect(stage.live).toEqual([]);
  });
});

test("services that are removed by hand go in order, whoever uses them", async ({ stage }) => {
  const mine = eventLog();
  const member = await stage.join(mine);
  const db = await stage.start(member, requestFor("db"));
  const api = await stage.start(member, requestFor("api", { dependsOn: [db.serviceId] }));

  const report = await stage.coordinator.removeServices([db.serviceId, api.serviceId, "nonsense"], true);

  expect(report.containers.map(({ name }) => name).toSorted()).toEqual(["api", "db"]);
  const stops = stage.backend.calls.filter(({ method }) => method === "stop").map(({ subject }) => subject);
  expect(stops).toEqual(["cleanroom-api-0000000002", "cleanroom-db-0000000001"]);
  expect(mine.events.filter(({ kind }) => kind === "removed")).toHaveLength(2);
});

test("services that nobody uses are removed by hand with what only they needed, and those in use are not", async ({
  stage,
}) => {
  const [gone, here] = await Promise.all([stage.join(), stage.join()]);
  const kept = { keepAliveMs: 60_000 };
  const db = await stage.start(gone, requestFor("db", kept));
  const api = await stage.start(gone, requestFor("api", { ...kept, dependsOn: [db.serviceId] }));
  const used = await stage.start(here, requestFor("used"));
  await gone.endSession();

  const report = await stage.coordinator.removeServices([db.serviceId, api.serviceId, used.serviceId], false);

  expect(report.containers.map(({ name }) => name)).toEqual(["api", "db"]);
  expect(stage.live).toEqual(["used"]);
});

test("what a service depends on tells its users of its end as well", async ({ stage }) => {
  const mine = eventLog();
  const member = await stage.join(mine);
  const db = await stage.start(member, requestFor("db"));
  await stage.start(member, requestFor("api", { dependsOn: [db.serviceId] }));

  await member.endSession();

  const ofDb = mine.events.filter(({ serviceId }) => serviceId === db.serviceId);
  expect(ofDb.map(({ kind }) => kind)).toEqual(["stopping", "stopped", "removed"]);
});

test("a request is not left to wait for room that only its own session could make", async ({ stage }) => {
  const member = await stage.join();
  const capacity = { maxContainers: 1 };
  await stage.start(member, requestFor("db", { capacity }));

  const refused = await outcomeOf(member.acquire(requestFor("cache", { capacity })));

  expect(refused).toMatchObject({ code: "CLEANROOM_CAPACITY", details: { container: "cache", isDeadlock: true } });
});

test("two sessions that wait for what the other has do not wait for ever", async ({ stage }) => {
  const [one, two] = await Promise.all([stage.join(), stage.join()]);
  const capacity = { maxContainers: 2 };
  await stage.start(one, requestFor("a", { capacity }));
  await stage.start(two, requestFor("b", { capacity }));
  const waiting = one.acquire(requestFor("c", { capacity }));
  await stage.settled();

  const refused = await outcomeOf(two.acquire(requestFor("d", { capacity })));
  await two.endSession();

  expect(refused).toMatchObject({ code: "CLEANROOM_CAPACITY" });
  expect((await waiting).kind).toBe("create");
});

test("a network whose making was not confirmed is not made twice", async ({ stage }) => {
  const [one, two] = await Promise.all([stage.join(), stage.join()]);
  const release = stage.backend.hang("createNetwork");
  stage.backend.loseNextAnswer("createNetwork", refused("create the network"));
  const first = outcomeOf(one.acquire(requestFor("a", { network: "n" })));
  await stage.backend.called("createNetwork");
  const second = two.acquire(requestFor("b", { network: "n" }));
  await stage.settled();
  release();

  expect(await first).toMatchObject({ code: "CLEANROOM_ENGINE_REQUEST" });
  expect((await second).kind).toBe("create");
  expect(stage.backend.methods.filter((method) => method === "createNetwork")).toHaveLength(1);
  expect(stage.backend.networks).toHaveLength(1);
});

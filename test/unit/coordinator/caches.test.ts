import { describe, expect, test as base, test } from "vitest";
import type { CacheStats } from "../../../src/caches/cache-stats.ts";
import { defaultTerms } from "../../../src/caches/cache-terms.ts";
import type { EvictionPolicyName } from "../../../src/caches/eviction-policy.ts";
import type { ServiceRequest, SessionMember } from "../../../src/coordinator/coordination.ts";
import type { SeatKind } from "../../support/coordinator-stage.ts";
import { CoordinatorStage, requestFor } from "../../support/coordinator-stage.ts";
import { noCare } from "../support/specs.ts";

const kinds: readonly SeatKind[] = ["local", "remote"];
const KEEP_MS = 1_000_000;

/** Uses a service in a session of its own, which ends. A millisecond passes with each use. */
async function use(stage: CoordinatorStage, request: ServiceRequest): Promise<void> {
  const member = await stage.join();
  const acquisition = await member.acquire(request);
  if (acquisition.kind === "create") {
    const { ticket } = acquisition;
    await member.created(ticket.serviceId, await stage.make(ticket), noCare);
  }
  await stage.clock.advance(1);
  await member.endSession();
  await stage.settled();
}

async function containersOf(member: SessionMember): Promise<CacheStats> {
  return (await member.cacheStats(0)).containers;
}

describe.for(kinds)("the containers that a %s member finds", (kind) => {
  const test = base.extend("stage", async ({}, { onCleanup }) => {
    const stage = await CoordinatorStage.create(kind);
    onCleanup(() => stage[Symbol.asyncDispose]());
    return stage;
  });

  test.for<[EvictionPolicyName, string, readonly string[]]>([
    ["lru", "the one unused the longest", ["a", "c"]],
    ["mru", "the one used last", ["b", "c"]],
    ["lfu", "the one used least often", ["a", "c"]],
    ["ttl", "the one that would have gone first anyway", ["b", "c"]],
  ])("%s: room is made by %s", async ([policy, , live], { stage }) => {
    const capacity = { maxContainers: 2, policy };
    const kept = (name: string): ServiceRequest =>
      requestFor(name, { capacity, keepAliveMs: name === "a" ? KEEP_MS / 2 : KEEP_MS });

    for (const name of ["a", "b", "a", "c"]) await use(stage, kept(name));

    expect([...stage.live].toSorted()).toEqual(live);
    const member = await stage.join();
    expect(await containersOf(member)).toEqual({
      ...{ hits: 1, misses: 3, ratio: 0.25, size: 2 },
      evictions: { capacity: 1 },
    });
  });

  test("count one miss and nine hits as a ratio of 0.9", async ({ stage }) => {
    for (let count = 0; count < 10; count += 1) await use(stage, requestFor("db", { keepAliveMs: KEEP_MS }));

    const member = await stage.join();
    expect(await containersOf(member)).toEqual({ hits: 9, misses: 1, ratio: 0.9, size: 1, evictions: {} });
  });

  test("count what a member had at hand, however often it says so", async ({ stage }) => {
    const member = await stage.join();
    await stage.start(member, requestFor("db"));

    await member.cacheStats(4);
    await member.cacheStats(9);
    const { containers } = await member.cacheStats(9);

    expect(containers).toMatchObject({ hits: 9, misses: 1, ratio: 0.9 });
  });

  test("are handed out no longer than they may be, and go when nobody uses them", async ({ stage }) => {
    const request = requestFor("db", { keepAliveMs: KEEP_MS, capacity: { maxReuseMs: 100 } });
    const first = await stage.join();
    const { connection } = await stage.start(first, request);
    await stage.clock.advance(100);

    const shared = await (await stage.join()).acquire(request);
    expect(shared).toMatchObject({ kind: "ready", connection: { id: connection.id } });
    for (const { members } of stage.coordinator.sessions.all)
      for (const member of members.values()) await stage.coordinator.leave(member);
    await stage.settled();

    expect(stage.live).toEqual([]);
    const member = await stage.join();
    expect(await containersOf(member)).toMatchObject({ size: 0, evictions: { expired: 1 } });
  });

  test("that are kept go when they have been used for as long as they may be", async ({ stage }) => {
    await use(stage, requestFor("db", { keepAliveMs: KEEP_MS, capacity: { maxReuseMs: 100 } }));

    await stage.clock.advance(98);
    expect(stage.live).toEqual(["db"]);
    await stage.clock.advance(1);
    await stage.settled();

    expect(stage.live).toEqual([]);
  });

  test("go for reasons that are named", async ({ stage }) => {
    await use(stage, requestFor("released"));
    await use(stage, requestFor("expired", { keepAliveMs: 5 }));
    await stage.clock.advance(5);
    await use(stage, requestFor("replaced", { keepAliveMs: KEEP_MS }));
    await use(stage, requestFor("replaced", { keepAliveMs: KEEP_MS, key: "another" }));
    const member = await stage.join();
    const { serviceId } = await stage.start(member, requestFor("deleted"));
    await stage.coordinator.removeServices([serviceId], true);
    const lost = await stage.start(member, requestFor("lost"));
    await stage.backend.remove(lost.connection.id);
    await stage.settled();

    const { evictions, size } = await containersOf(member);

    expect(evictions).toEqual({ released: 1, expired: 1, replaced: 1, deleted: 1, lost: 1 });
    expect(size).toBe(stage.backend.containers.length);
  });
});

describe("networks", () => {
  const test = base.extend("stage", async ({}, { onCleanup }) => {
    const stage = await CoordinatorStage.create("remote");
    onCleanup(() => stage[Symbol.asyncDispose]());
    return stage;
  });

  /** Has a service on a network in a session, and gives it back while that goes on. */
  async function visit(stage: CoordinatorStage, member: SessionMember, network: string): Promise<void> {
    const caches = { ...defaultTerms, networks: { ...defaultTerms.networks, maxEntries: 2 } };
    const { serviceId } = await stage.start(member, requestFor("db", { network, caches }));
    await member.release("db", serviceId);
  }

  test("that nobody is on are kept for the next while a session lasts that used them", async ({ stage }) => {
    const member = await stage.join();
    await visit(stage, member, "one");
    const [made] = stage.backend.networks;
    await visit(stage, member, "one");

    expect(stage.backend.networks).toEqual([made]);
    expect(stage.backend.methods.filter((method) => method === "createNetwork")).toHaveLength(1);
    expect((await member.cacheStats(0)).networks).toMatchObject({ hits: 1, misses: 1, size: 1 });

    const { networks } = await member.endSession();
    expect(networks).toMatchObject([{ name: made, outcome: "removed" }]);
    expect(stage.backend.networks).toEqual([]);
  });

  test("used least often go first when there are too many; those in use do not", async ({ stage }) => {
    const member = await stage.join();
    await visit(stage, member, "often");
    await visit(stage, member, "often");
    const [often] = stage.backend.networks;
    await visit(stage, member, "seldom");
    const seldom = stage.backend.networks.find((name) => name !== often);
    expect(stage.backend.networks).toHaveLength(2);

    const { serviceId } = await stage.start(member, requestFor("held", { network: "held" }));
    await stage.settled();
    expect(stage.backend.networks).toContain(often);
    expect(stage.backend.networks).not.toContain(seldom);
    const held = stage.backend.networks.find((name) => name !== often);

    await stage.start(member, requestFor("more", { network: "more" }));
    await stage.start(member, requestFor("most", { network: "most" }));
    await stage.settled();

    expect(stage.backend.networks).toHaveLength(3);
    expect(stage.backend.networks).toContain(held);
    expect((await member.cacheStats(0)).networks).toMatchObject({ size: 3, evictions: { capacity: 2 } });
    await member.release("held", serviceId);
    expect(stage.backend.networks).not.toContain(held);
  });
});

describe("cache volumes", () => {
  const test = base.extend("stage", async ({}, { onCleanup }) => {
    const stage = await CoordinatorStage.create("local");
    onCleanup(() => stage[Symbol.asyncDispose]());
    return stage;
  });
  const mounting = (name: string): ServiceRequest => requestFor(name, { cacheVolumes: ["packages"] });

  test("are there before anybody is told their names, whoever asked for them first", async ({ stage }) => {
    const letGo = stage.backend.hang("createVolume");
    let told = 0;
    const tickets = ["one", "two"].map(async (name) => {
      const ticket = await stage.ticket(await stage.join(), mounting(name));
      told += 1;
      return ticket;
    });
    await stage.settled();
    expect(told).toBe(0);

    letGo();

    const [one, two] = await Promise.all(tickets);
    expect(one?.volumeNames).toEqual(two?.volumeNames);
    expect(stage.backend.volumes).toEqual(Object.values(one?.volumeNames ?? {}));
  });

  test("that could not be made are made for the next, as are those that somebody else removed", async ({ stage }) => {
    const member = await stage.join();
    stage.backend.failNext("createVolume", new Error("no space left on device"));
    await expect(member.acquire(mounting("one"))).rejects.toThrow("no space left on device");
    expect((await member.cacheStats(0)).volumes).toMatchObject({ size: 0, evictions: { failed: 1 } });

    const { serviceId } = await stage.start(member, mounting("two"));
    expect(stage.backend.volumes).toHaveLength(1);
    const [name = ""] = stage.backend.volumes;
    await stage.backend.removeVolume(name);
    await stage.start(member, mounting("three"));

    expect(stage.backend.volumes).toEqual([name]);
    await member.release("two", serviceId);
  });
});

test("a container that two notice is gone has left once", async () => {
  await using stage = await CoordinatorStage.create("local");
  const member = await stage.join();
  const { serviceId } = await stage.start(member, requestFor("db", { keepAliveMs: KEEP_MS }));
  const service = stage.coordinator.services.get(serviceId);
  const letGo = stage.backend.hang("remove");

  const removal = stage.coordinator.removeServices([serviceId], true);
  await stage.settled();
  await stage.coordinator.retirement.forget(service!);
  letGo();
  await removal;

  const { size, evictions } = await containersOf(member);
  expect({ size, evictions }).toEqual({ size: 0, evictions: { lost: 1 } });
});

test(
  "after the traffic of a thousand containers every counter is what the engine saw",
  { timeout: 60_000 },
  async () => {
    await using stage = await CoordinatorStage.create("remote");
    const terms = { ...defaultTerms, networks: { ...defaultTerms.networks, maxEntries: 3 } };
    const policies: readonly EvictionPolicyName[] = ["lru", "mru", "lfu", "ttl"];
    for (let index = 0; index < 1000; index += 1) {
      const number = (index * index + (index % 11)) % 37;
      const policy = policies[index % policies.length];
      const capacity = { maxContainers: 8, maxIdleContainers: 6, policy, maxReuseMs: 300 };
      const request = requestFor(`s${number}`, {
        ...{ capacity, caches: terms, keepAliveMs: index % 3 === 0 ? 3 : 50 + number, network: `n${number % 5}` },
        cacheVolumes: [`v${number % 4}`],
      });
      await use(stage, request);
    }
    const member = await stage.join();

    const { containers, networks, volumes } = await member.cacheStats(0);

    const { backend } = stage;
    const count = (method: string): number => backend.methods.filter((called) => called === method).length;
    const evictionsOf = ({ evictions }: CacheStats): number =>
      Object.values(evictions).reduce((sum, of) => sum + of, 0);
    expect(containers.hits + containers.misses).toBe(1000);
    expect(containers.hits).toBeGreaterThan(100);
    expect(containers.misses).toBe(count("create"));
    expect(evictionsOf(containers)).toBe(count("remove"));
    expect(containers.size).toBe(backend.containers.length);
    expect(Object.keys(containers.evictions).toSorted()).toEqual(["capacity", "expired"]);
    expect(networks.misses).toBe(count("createNetwork"));
    expect(evictionsOf(networks)).toBe(count("removeNetwork"));
    expect(networks.size).toBe(backend.networks.length);
    expect(volumes.hits + volumes.misses).toBe(containers.misses);
    expect(volumes.hits + volumes.misses).toBe(count("createVolume")); // The engine makes those that are not there.
    expect(volumes.misses).toBe(backend.volumes.length + count("removeVolume"));
    expect(evictionsOf(volumes)).toBe(count("removeVolume"));
    expect(volumes.size).toBe(backend.volumes.length);
  },
);

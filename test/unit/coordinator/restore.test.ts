import { describe, expect, test as base } from "vitest";
import type {
  Journal,
  JournalContent,
  MemberRecord,
  PartRecord,
  ServiceRecord,
} from "../../../src/coordinator/journal.ts";
import { defaultTerms } from "../../../src/caches/cache-terms.ts";
import { Attendance } from "../../../src/coordinator/attendance.ts";
import { CacheVolumes } from "../../../src/coordinator/cache-volumes.ts";
import { restore } from "../../../src/coordinator/restore.ts";
import { systemClock } from "../../../src/time/system-clock.ts";
import type { Member } from "../../../src/coordinator/session.ts";
import { CoordinatorStage, eventLog, requestFor } from "../../support/coordinator-stage.ts";
import { FakeParts } from "../../support/fake-parts.ts";
import { noCare, specWith } from "../support/specs.ts";

/** A journal in memory. */
class MemoryJournal implements Journal {
  readonly services = new Map<string, ServiceRecord>();
  readonly members = new Map<string, MemberRecord>();
  readonly parts = new Map<string, PartRecord>();

  saveService(record: ServiceRecord): void {
    this.services.set(record.id, structuredClone(record));
  }
  removeService(id: string): void {
    this.services.delete(id);
  }
  saveMember(record: MemberRecord): void {
    this.members.set(record.id, record);
  }
  removeMember(id: string): void {
    this.members.delete(id);
  }
  savePart(record: PartRecord): void {
    this.parts.set(`${record.serviceId}/${record.id}`, record);
  }
  removePart(serviceId: string, id: string): void {
    this.parts.delete(`${serviceId}/${id}`);
  }
  removePartsOf(serviceId: string): void {
    for (const [key, record] of this.parts) if (record.serviceId === serviceId) this.parts.delete(key);
  }
  read(): JournalContent {
    return {
      services: [...this.services.values()],
      members: [...this.members.values()],
      parts: [...this.parts.values()],
    };
  }
}

const identity = { pid: 7, startedAtMs: 0, bootId: "b", title: "node x" };

interface Succession {
  readonly journal: MemoryJournal;
  readonly stage: CoordinatorStage;
  /** The members that live. */
  readonly alive: Set<string>;
  /** Has a successor take over what is written down. */
  takeOver(): Promise<void>;
  /** A member comes back, or comes. */
  join(id: string, sessionId?: string, notify?: Member["notify"]): Member;
  /** Puts a service into the engine and writes it down, as a predecessor did. */
  written(name: string, differences?: Partial<ServiceRecord>): Promise<ServiceRecord>;
}

const test = base.extend("given", async ({}, { onCleanup }): Promise<Succession> => {
  const journal = new MemoryJournal();
  const stage = await CoordinatorStage.create("local", { journal, stragglerMs: 2000, retryMs: 2000 });
  onCleanup(() => {
    stage.coordinator.stop();
  });
  const alive = new Set<string>();
  const { coordinator, clock, lines } = stage;
  const isAlive = ({ id }: { readonly id: string }): Promise<boolean> => Promise.resolve(alive.has(id));
  const log = (line: string): void => void lines.push(line);
  const attendance = new Attendance({ coordinator, clock, isAlive, log });
  return {
    journal,
    stage,
    alive,
    takeOver: () => restore({ coordinator, journal, attendance, isAlive, log }),
    join: (id, sessionId = `session of ${id}`, notify = () => undefined) =>
      coordinator.join({ id, identity, notify }, sessionId),
    written: async (name, differences = {}) => {
      const id = `old${name}`;
      const labels = { "dev.cleanroom.coordinator": "coordinator", "dev.cleanroom.service-id": id };
      const containerName = `cleanroom-${name}-${id}`;
      const containerId = await stage.backend.create({
        containerName,
        spec: specWith(),
        labels,
      });
      await stage.backend.start(containerId);
      const connection = { name, id: containerId, image: "i", key: "key", host: "h", ports: {}, details: {} };
      const request = requestFor(name);
      const record = { id, request, containerName, connection, isPaused: false, leases: [], ...differences };
      journal.saveService(record);
      return record;
    },
  };
});

function member(journal: MemoryJournal, id: string, sessionId = `session of ${id}`): void {
  journal.saveMember({ id, sessionId, identity });
}

describe("a successor", () => {
  test("keeps what a living process uses, and gives it to others", async ({ given }) => {
    member(given.journal, "m");
    given.alive.add("m");
    const db = await given.written("db", { leases: [["session of m", ["m"]]] });

    await given.takeOver();
    await given.stage.settled();

    const acquired = await given.stage.coordinator.acquire(given.join("n"), requestFor("db"));
    expect(acquired).toMatchObject({ kind: "ready", serviceId: db.id });
    await given.stage.coordinator.endSession(given.join("m").session);
    expect(given.stage.live).toEqual(["db"]);
  });

  test("goes on with a restart, and tells those who were away in the meantime", async ({ given }) => {
    member(given.journal, "m");
    given.alive.add("m");
    const leases = [["session of m", ["m"]]] as const;
    const { connection, ...record } = await given.written("db", { leases, care: noCare, restarting: "asked" });
    given.journal.saveService({ ...record, connection: { ...connection!, ports: { "8080/tcp": 1 } } });
    const [container] = given.stage.backend.containers;
    container?.kill();

    await given.takeOver();
    await given.stage.settled();
    const log = eventLog();
    given.join("m", undefined, log.onEvent);

    const { ports } = container!;
    expect(ports).not.toEqual({});
    expect(log.events).toEqual([
      { serviceId: record.id, kind: "restarting", reason: "asked" },
      { serviceId: record.id, kind: "restarted", reason: "asked", connection: { ...connection, ports } },
    ]);
    expect(given.journal.services.get(record.id)).toMatchObject({ restarting: undefined, connection: { ports } });
    expect(given.stage.backend.methods.filter((method) => method === "restart")).toHaveLength(1);
  });

  test("tells nobody twice who is there", async ({ given }) => {
    member(given.journal, "m");
    given.alive.add("m");
    await given.written("db", { leases: [["session of m", ["m"]]] });
    await given.takeOver();
    const log = eventLog();
    given.join("m", undefined, log.onEvent);

    given.stage.backend.containers[0]?.kill();
    await given.stage.settled();
    given.join("m", undefined, log.onEvent);

    expect(log.events.map(({ kind }) => kind)).toEqual(["failed"]);
  });

  test("removes what only the dead used, dependants first", async ({ given }) => {
    member(given.journal, "m");
    const leases = [["session of m", ["m"]]] as const;
    // Written in the order in which they were saved last, not in that of their dependencies.
    await given.written("web", { request: requestFor("web", { dependsOn: ["olddb"] }), leases });
    await given.written("db", { leases });

    await given.takeOver();
    await given.stage.settled();

    expect(given.stage.live).toEqual([]);
    const removed = given.stage.backend.calls.filter(({ method }) => method === "remove").map(({ subject }) => subject);
    expect(removed).toEqual(["cleanroom-web-oldweb", "cleanroom-db-olddb"]);
    expect(given.journal.read()).toEqual({ services: [], members: [], parts: [] });
    expect(given.stage.coordinator.isIdle).toBe(true);
  });

  test("gives up what a dead process was creating, and waits for what may still come", async ({ given }) => {
    member(given.journal, "m");
    await given.written("db", { connection: undefined, creatorId: "m" });

    await given.takeOver();
    await given.stage.settled();

    expect(given.stage.live).toEqual([]);
    expect(given.stage.coordinator.isIdle).toBe(false);
    await given.stage.clock.advance(2000);
    expect(given.stage.coordinator.isIdle).toBe(true);
  });

  test("lets a living process finish what it was creating", async ({ given }) => {
    member(given.journal, "m");
    given.alive.add("m");
    const request = requestFor("db");
    const record = await given.written("db", { connection: undefined, creatorId: "m", request });
    const [container] = given.stage.backend.containers;
    const { coordinator } = given.stage;

    await given.takeOver();
    const returned = given.join("m");
    const waiting = coordinator.acquire(given.join("n"), requestFor("db"));
    expect(await coordinator.acquire(returned, request)).toMatchObject({
      kind: "create",
      ticket: { serviceId: record.id, containerName: container?.name },
    });
    const connection = { name: "db", id: container?.id ?? "", image: "i", key: "k", host: "h", ports: {}, details: {} };
    coordinator.created(returned, record.id, connection, noCare);

    expect(await waiting).toMatchObject({ kind: "ready", connection: { id: container?.id } });
  });

  test("keeps all cache volumes until it is told how many, and those that are mounted in any case", async ({
    given,
  }) => {
    member(given.journal, "m");
    given.alive.add("m");
    const { backend, coordinator } = given.stage;
    const names = Array.from({ length: 20 }, (_, index) => `v${index}`);
    const earlier = new CacheVolumes({ caretaker: backend, clock: systemClock, owner: "owner", log: () => undefined });
    const made = await earlier.join({ id: "oldall", request: { group: "project:/p", cacheVolumes: names } });
    const request = requestFor("db", { cacheVolumes: ["v3"] });
    await given.written("db", { leases: [["session of m", ["m"]]], request });

    await given.takeOver();
    await given.stage.settled();
    expect(backend.volumes).toHaveLength(20);
    const caches = { ...defaultTerms, volumes: { policy: "ttl", maxEntries: 2 } } as const;
    const other = requestFor("other", { caches, cacheVolumes: ["v7"] });
    expect(await coordinator.acquire(given.join("n"), other)).toMatchObject({ kind: "create" });
    await given.stage.settled();

    expect(backend.volumes).toHaveLength(2);
    expect(backend.volumes).toEqual(expect.arrayContaining([made?.["v3"], made?.["v7"]]));
  });

  test("makes the network anew that its predecessor may not have come to make", async ({ given }) => {
    member(given.journal, "m");
    given.alive.add("m");
    const request = requestFor("db", { network: "n" });
    await given.written("db", { connection: undefined, creatorId: "m", request, networkName: "cleanroom-n" });

    await given.takeOver();
    const acquiring = given.stage.coordinator.acquire(given.join("m"), request);
    await given.stage.clock.advance(1900);
    expect(given.stage.backend.networks).toEqual([]); // The engine may be at the predecessor's request still.
    await given.stage.clock.advance(200);
    await acquiring;

    expect(given.stage.backend.networks).toEqual(["cleanroom-n"]);
  });

  test("takes the network that comes into being only after its predecessor was killed", async ({ given }) => {
    member(given.journal, "m");
    given.alive.add("m");
    const request = requestFor("db", { network: "n" });
    await given.written("db", { connection: undefined, creatorId: "m", request, networkName: "cleanroom-n" });
    const { backend, clock, coordinator } = given.stage;

    await given.takeOver();
    const acquiring = coordinator.acquire(given.join("m"), request);
    await given.stage.settled();
    await backend.createNetwork("cleanroom-n", { "dev.cleanroom.coordinator": "coordinator" });
    await clock.advance(50);
    await acquiring;

    expect(backend.calls.filter(({ method }) => method === "createNetwork")).toHaveLength(1);
  });

  test("notices that a process dies before it has come back", async ({ given }) => {
    member(given.journal, "m");
    given.alive.add("m");
    await given.written("db", { leases: [["session of m", ["m"]]] });
    await given.takeOver();
    await given.stage.clock.advance(5000);
    expect(given.stage.live).toEqual(["db"]);

    given.alive.delete("m");
    await given.stage.clock.advance(500);

    expect(given.stage.live).toEqual([]);
    expect(given.stage.coordinator.isIdle).toBe(true);
    expect(given.stage.lines).toContain("node x (pid 7) died before it came back.");
    expect(given.stage.clock.pendingTimers).toBe(0);
  });

  test("goes on keeping what is kept, for as long as is left", async ({ given }) => {
    const request = requestFor("db", { keepAliveMs: 10_000 });
    await given.written("db", { request, idleSinceMs: given.stage.clock.now() - 9000 });
    await given.written("old", { request: { ...request, name: "old" }, idleSinceMs: given.stage.clock.now() - 20_000 });

    await given.takeOver();
    await given.stage.clock.advance(999);
    expect(given.stage.live).toEqual(["db"]);
    await given.stage.clock.advance(1);

    expect(given.stage.live).toEqual([]);
  });

  test("does not bring back what had failed for good", async ({ given }) => {
    member(given.journal, "m");
    given.alive.add("m");
    const care = { ...noCare, restart: { maxRestarts: 3, delayMs: 0, resetAfterMs: 60_000 } };
    const leases = [["session of m", ["m"]]] as const;
    await given.written("killed", { leases, care, hasFailed: true });
    await given.written("ended", { leases, care });
    for (const container of given.stage.backend.containers) container.exit(137);

    await given.takeOver();
    await given.stage.clock.advance(1_000);
    await given.stage.settled();

    const restarted = given.stage.backend.calls.filter(({ method }) => method === "restart");
    expect(restarted.map(({ subject }) => subject)).toEqual(["cleanroom-ended-oldended"]);
  });

  test("finds out that a container is gone that was written down", async ({ given }) => {
    member(given.journal, "m");
    given.alive.add("m");
    const db = await given.written("db", { leases: [["session of m", ["m"]]] });
    await given.stage.backend.remove(db.connection?.id ?? "");

    await given.takeOver();
    await given.stage.settled();

    expect(given.stage.coordinator.services.all).toEqual([]);
    expect((await given.stage.coordinator.acquire(given.join("m"), requestFor("db"))).kind).toBe("create");
  });

  test("leaves what was claimed to those who live, and removes what the dead had", async ({ given }) => {
    for (const id of ["alive", "dead"]) member(given.journal, id, "s");
    given.alive.add("alive");
    const leases = [["s", ["alive", "dead"]]] as const;
    const request = requestFor("mail", { claim: { includesShared: true } });
    const held = (memberId: string) => ({ request, leases, holder: { memberId, requestId: `of ${memberId}` } });
    await given.written("mail", { leases, holder: { memberId: "dead", requestId: "r" } }); // Others share it as well.
    await given.written("lost", held("dead"));
    const kept = await given.written("kept", held("alive"));
    const free = await given.written("free", { request, leases });

    await given.takeOver();
    await given.stage.settled();

    expect(given.stage.live.toSorted()).toEqual(["free", "kept", "mail"]);
    const claims = [
      await given.stage.coordinator.acquire(given.join("alive", "s"), { ...request, requestId: "of alive" }),
      await given.stage.coordinator.acquire(given.join("next"), { ...request, requestId: "next" }),
      await given.stage.coordinator.acquire(given.join("last"), { ...request, requestId: "last" }),
    ];
    expect(claims).toMatchObject([{ serviceId: kept.id }, { serviceId: free.id }, { kind: "create" }]);
  });

  test("leaves parts to those who have them, and removes all others before it hands out more", async ({ given }) => {
    const { stage, journal, alive } = given;
    const { id: serviceId } = await given.written("db", { leases: [["s", ["here", "gone"]]] });
    for (const id of ["here", "gone"]) journal.saveMember({ id, sessionId: "s", identity });
    const parts = new FakeParts();
    stage.parts.set("db", parts);
    for (const id of ["mine", "dead", "stray"]) parts.present.add(id);
    journal.savePart({ serviceId, id: "mine", holder: { memberId: "here", requestId: "1" } });
    journal.savePart({ serviceId, id: "dead", holder: { memberId: "gone", requestId: "2" } });
    alive.add("here");

    await given.takeOver();
    const member = given.join("here", "s");
    const { signal } = new AbortController();
    const again = await stage.coordinator.parts.take(member, { serviceId, requestId: "1" }, signal);
    const next = await stage.coordinator.parts.take(member, { serviceId, requestId: "3" }, signal);
    await stage.settled();

    expect(again).toBe("mine");
    expect([...parts.present].toSorted()).toEqual(["mine", next].toSorted());
    await stage.coordinator.leave(member);
    await stage.settled();
    expect(journal.parts.size).toBe(0);
  });

  test("closes what it opened to parts that it cannot find out about", async ({ given }) => {
    const { stage, journal, alive } = given;
    const { id: serviceId } = await given.written("db", { leases: [["s", ["here"]]] });
    journal.saveMember({ id: "here", sessionId: "s", identity });
    const parts = new FakeParts();
    parts.list = () => Promise.reject(new Error("who are you?"));
    stage.parts.set("db", parts);
    alive.add("here");

    await given.takeOver();
    const member = given.join("here", "s");
    const taking = stage.coordinator.parts.take(member, { serviceId, requestId: "1" }, new AbortController().signal);

    await expect(taking).rejects.toThrow("who are you?");
    expect(parts.isDisposed).toBe(true);
  });
});

test("what has gone is not written down again by what was under way", async ({ given }) => {
  const { stage, journal } = given;
  const seat = await stage.join();
  const started = await stage.start(seat, requestFor("db", { keepAliveMs: 10_000 }));
  const release = stage.backend.hang("pause");
  await seat.endSession();
  await stage.backend.called("pause");
  const removing = stage.backend.remove(started.connection.id);
  release();
  await removing;
  await stage.settled();

  expect(stage.coordinator.services.all).toEqual([]);
  expect(journal.read().services).toEqual([]);
});

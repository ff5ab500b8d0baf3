import { describe, expect, test as base } from "vitest";
import type { SessionMember } from "../../../src/coordinator/coordination.ts";
import type { SeatKind } from "../../support/coordinator-stage.ts";
import { CoordinatorStage, requestFor } from "../../support/coordinator-stage.ts";
import { outcomeOf } from "../support/outcome.ts";
import { noCare } from "../support/specs.ts";

/** What is true of every seat, wherever the coordinator is. */
const kinds: readonly SeatKind[] = ["local", "remote"];

/** A request whose container may be initialised anew for another key. */
const database = (key: string, differences = {}): ReturnType<typeof requestFor> =>
  requestFor("db", { key, baseKey: "server", keepAliveMs: 1000, ...differences });

describe.for(kinds)("a %s member that wants what a container could be initialised for", (kind) => {
  const test = base.extend("stage", async ({}, { onCleanup }) => {
    const stage = await CoordinatorStage.create(kind);
    onCleanup(() => stage[Symbol.asyncDispose]());
    return stage;
  });

  /** A session in which a service was used by a process that has left, as it is in watch mode between two runs. */
  const watching = async (stage: CoordinatorStage): Promise<SessionMember> => {
    const watcher = await stage.join({ sessionId: "watch" });
    const worker = await stage.join({ sessionId: "watch" });
    await stage.start(worker, database("old"));
    await worker[Symbol.asyncDispose]();
    await stage.settled();
    return watcher;
  };

  test("is given that container, though a session has it still whose processes have left", async ({ stage }) => {
    const watcher = await watching(stage);
    const [container] = stage.backend.containers;

    const ticket = await stage.ticket(watcher, database("new"));
    await watcher.created(ticket.serviceId, { ...ticket.former!, key: "new" }, noCare);
    const again = await watcher.acquire(database("new"));

    expect(ticket.former).toMatchObject({ id: container?.id });
    expect(again).toMatchObject({ kind: "ready", connection: { id: container?.id, key: "new" } });
    expect(stage.live).toEqual(["db"]);
  });

  test("is given it awake, and its parts are none of it any more", async ({ stage }) => {
    const member = await stage.join();
    const started = await stage.start(member, database("old"));
    await member.takePart(started.serviceId);
    await member[Symbol.asyncDispose]();
    await stage.settled();
    expect(stage.container(started).isPaused).toBe(true);

    const ticket = await stage.ticket(await stage.join(), database("new"));
    await stage.settled();

    expect(ticket.former).toEqual(started.connection);
    expect([stage.container(started).isPaused, stage.parts.get("db")?.isDisposed]).toEqual([false, true]);
  });

  test("is given it as it is, though it is being looked whether it runs for whoever left meanwhile", async ({
    stage,
  }) => {
    const [one, two, next] = [await stage.join(), await stage.join(), await stage.join()];
    const started = await stage.start(one, database("old"));
    const letGo = stage.backend.hang("inspect");
    const using = outcomeOf(two.acquire(database("old")));
    await stage.settled();
    for (const member of [one, two]) await member[Symbol.asyncDispose]();
    await stage.settled();

    const ticket = await stage.ticket(next, database("new"));
    stage.container(started).exit(1);
    letGo();
    await using;
    await next.created(ticket.serviceId, { ...ticket.former!, key: "new" }, noCare);

    const [service] = stage.coordinator.services.all;
    expect(service).toMatchObject({ state: "ready", connection: { key: "new" } });
  });

  test("leaves no network behind when it goes while the container is made ready for that", async ({ stage }) => {
    const onNetwork = (key: string): ReturnType<typeof requestFor> => database(key, { network: "n" });
    const first = await stage.join();
    await stage.start(first, onNetwork("old"));
    await first[Symbol.asyncDispose]();
    await stage.settled();
    const letGo = stage.backend.hang("unpause");
    const next = await stage.join();
    const asking = outcomeOf(next.acquire(onNetwork("new")));
    await stage.settled();

    const leaving = next[Symbol.asyncDispose]();
    await stage.settled();
    letGo();
    await Promise.all([leaving, asking]);

    await stage.idle();
    expect(stage.backend.networks).toEqual([]);
  });

  test("waits while another initialises it, and gets the same", async ({ stage }) => {
    await watching(stage);
    const [one, two] = await Promise.all([stage.join(), stage.join()]);
    const ticket = await stage.ticket(one, database("new"));
    const waiting = two.acquire(database("new"));
    await stage.waiting(1);

    await one.created(ticket.serviceId, { ...ticket.former!, key: "new" }, noCare);

    expect(await waiting).toMatchObject({ kind: "ready", serviceId: ticket.serviceId });
    expect(stage.live).toEqual(["db"]);
  });

  test("creates another where that one cannot be made what he wants, or whoever tried is gone", async ({ stage }) => {
    await watching(stage);
    const [one, two] = await Promise.all([stage.join(), stage.join()]);
    const ticket = await stage.ticket(one, database("new"));

    await one.abandoned(ticket.serviceId);
    expect(stage.live).toEqual([]);
    const second = await stage.ticket(two, database("new"));
    await two[Symbol.asyncDispose]();

    expect([second.former, second.serviceId === ticket.serviceId]).toEqual([undefined, false]);
    expect(await stage.ticket(one, database("new"))).not.toHaveProperty("former", expect.anything());
  });

  test("is told when what it is initialised with is wrong, and the container goes", async ({ stage }) => {
    const watcher = await watching(stage);
    const ticket = await stage.ticket(watcher, database("new"));

    await watcher.failed(ticket.serviceId, new Error("no such type"));

    expect(await outcomeOf(watcher.acquire(database("new")))).toMatchObject({ message: "no such type" });
    expect(stage.live).toEqual([]);
  });

  test.for<[string, object]>([
    ["another base", { baseKey: "other server" }],
    ["no base", { baseKey: undefined }],
    ["another network", { network: "n" }],
    ["another group", { group: "project:/q" }],
    ["a container of its own", { claim: { includesShared: false } }],
  ])("creates one where it wants %s", async ([, difference], { stage }) => {
    const watcher = await watching(stage);

    expect((await stage.ticket(watcher, database("new", difference))).former).toBeUndefined();
  });

  test("creates one while a living process uses that one, or another service does", async ({ stage }) => {
    const member = await stage.join();
    const started = await stage.start(member, database("old"));
    const other = await stage.join();
    expect((await stage.ticket(other, database("new"))).former).toBeUndefined();

    await stage.start(other, requestFor("app", { dependsOn: [started.serviceId], keepAliveMs: 1000 }));
    await member[Symbol.asyncDispose]();
    await stage.settled();
    expect((await stage.ticket(other, database("newer"))).former).toBeUndefined();
  });
});

base(
  "a container is initialised anew though an image is made of it for longer than it was kept",
  async ({ onTestFinished }) => {
    let packed = Promise.resolve();
    const stage = await CoordinatorStage.create("local", { warmImages: { isBusy: false, packed: () => packed } });
    onTestFinished(() => stage[Symbol.asyncDispose]());
    const member = await stage.join();
    const started = await stage.start(member, database("old"));
    await member[Symbol.asyncDispose]();
    await stage.settled();
    const { promise, resolve } = Promise.withResolvers<void>();
    packed = promise;

    const asking = stage.ticket(await stage.join(), database("new"));
    await stage.clock.advance(1000);
    resolve();

    expect((await asking).former).toEqual(started.connection);
  },
);

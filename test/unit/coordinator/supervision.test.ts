import { describe, expect, test as base } from "vitest";
import type { CareInstructions } from "../../../src/container/care-plan.ts";
import type { ServiceEvent, SessionMember } from "../../../src/coordinator/coordination.ts";
import { servicesStatus } from "../../../src/coordinator/service-status.ts";
import { HealthWatches } from "../../../src/coordinator/supervision/health-watches.ts";
import { RestartBudget } from "../../../src/coordinator/supervision/restart-budget.ts";
import { EngineRequestError, file, UnsupportedError } from "../../../src/index.ts";
import { ManualClock } from "../../../src/testing/index.ts";
import type { StartedService } from "../../support/coordinator-stage.ts";
import { CoordinatorStage, eventLog, requestFor } from "../../support/coordinator-stage.ts";
import { outcomeOf } from "../support/outcome.ts";
import { noCare } from "../support/specs.ts";

const test = base.extend("stage", async ({}, { onCleanup }) => {
  const stage = await CoordinatorStage.create("local");
  onCleanup(() => stage[Symbol.asyncDispose]());
  return stage;
});

const terms = { intervalMs: 1_000, timeoutMs: 500, failureThreshold: 2, successThreshold: 1, startPeriodMs: 0 };
const readiness = { ...terms, probe: file("/ready") };
const liveness = { ...terms, probe: file("/alive") };
const restart = { maxRestarts: 2, delayMs: 100, resetAfterMs: 60_000 };

async function startWith(
  stage: CoordinatorStage,
  member: SessionMember,
  care: Partial<CareInstructions>,
  name = "app",
): Promise<StartedService> {
  const ticket = await stage.ticket(member, requestFor(name));
  const connection = await stage.make(ticket);
  await member.created(ticket.serviceId, connection, { ...noCare, ...care });
  await stage.settled();
  return { serviceId: ticket.serviceId, connection };
}

const kindsOf = (events: readonly ServiceEvent[]): readonly string[] => events.map(({ kind }) => kind);

describe("a probe that goes on", () => {
  test("tells everybody of each change once, and remembers what it saw", async ({ stage }) => {
    const [mine, theirs] = [eventLog(), eventLog()];
    const [one, two] = [await stage.join(mine), await stage.join(theirs)];
    const service = await startWith(stage, one, { readiness });
    await two.acquire(requestFor("app"));
    stage.container(service).writeFile("/ready", "");

    await stage.clock.advance(5_000);

    const { serviceId } = service;
    const told = {
      serviceId,
      kind: "health",
      check: "readiness",
      change: expect.objectContaining({ to: "healthy" }) as unknown,
    };
    expect(mine.events.at(-1)).toEqual(told);
    expect(theirs.events).toEqual([told]);
    const { status, readiness: report } = await two.healthOf(serviceId);
    expect(status).toBe("healthy");
    expect(report?.history.at(0)).toMatchObject({ isHealthy: false, message: "/ready is not there" });
  });

  test("goes on no more when nobody uses the service", async ({ stage }) => {
    const member = await stage.join();
    await startWith(stage, member, { readiness });
    expect(stage.clock.pendingTimers).toBeGreaterThan(0);

    await member.endSession();
    await stage.settled();
    const asked = stage.backend.methods.filter((method) => method === "statFile").length;
    await stage.clock.advance(10_000);

    expect(stage.backend.methods.filter((method) => method === "statFile")).toHaveLength(asked);
    expect(stage.clock.pendingTimers).toBe(0);
  });
});

test("a watch that begins before the former has ended is not told to be over with it", async ({ stage }) => {
  const member = await stage.join();
  const { serviceId } = await startWith(stage, member, {});
  const service = stage.coordinator.services.get(serviceId)!;
  service.care = { ...noCare, readiness };
  let ends = 0;
  const listener = {
    ...{ noteResult: () => undefined, noteChange: () => undefined },
    noteEnd: () => void (ends += 1),
  };
  const quiet = { onChange: () => undefined, log: () => undefined };
  const watches = new HealthWatches({ caretaker: stage.backend, clock: stage.clock, listener, ...quiet });

  watches.begin(service);
  await stage.settled();
  const ending = watches.end(service);
  watches.begin(service);
  await ending;
  expect(ends).toBe(0);

  await watches.end(service);
  expect(ends).toBe(1);
});

describe("a container that is not alive", () => {
  test("is restarted so often, with growing pauses, and has failed then", async ({ stage }) => {
    const log = eventLog();
    const member = await stage.join(log);
    const service = await startWith(stage, member, { liveness, restart });

    for (let seconds = 0; seconds < 20; seconds += 1) {
      await stage.clock.advance(1_000);
      await stage.settled();
    }

    expect(kindsOf(log.events)).toEqual([
      ...["health", "health", "restarting", "restarted"],
      ...["health", "health", "restarting", "restarted"],
      ...["health", "health", "failed"],
    ]);
    expect(log.events.filter((event) => event.kind === "restarting").map(({ reason }) => reason)).toEqual([
      "app is not alive: /alive is not there (restart 1 of 2)",
      "app is not alive: /alive is not there (restart 2 of 2)",
    ]);
    expect(stage.backend.methods.filter((method) => method === "restart")).toHaveLength(2);
    expect(stage.container(service).state).toBe("running");
  });
});

describe("a container that ends", () => {
  test("has failed, which is told once, however often the engine is asked", async ({ stage }) => {
    const log = eventLog();
    const member = await stage.join(log);
    const service = await startWith(stage, member, {});

    stage.container(service).exit(3);
    await stage.settled();
    stage.backend.cutWatches(new EngineRequestError({ operation: "watch", refusal: "unanswered", reason: "cut" }));
    await stage.clock.advance(1_000);
    await stage.settled();

    expect(kindsOf(log.events)).toEqual(["failed"]);
  });

  test("comes back where its plan says so, with its new ports for everybody and for those who come later", async ({
    stage,
  }) => {
    const log = eventLog();
    const member = await stage.join(log);
    const service = await startWith(stage, member, { restart, startProbe: file("/ready") });
    const container = stage.container(service);

    container.exit(3);
    await stage.settled();
    await stage.clock.advance(100);
    const coming = member.acquire(requestFor("app"));
    await stage.settled();
    expect(kindsOf(log.events)).toEqual(["restarting"]);
    container.writeFile("/ready", "");
    await stage.clock.advance(100);

    expect(kindsOf(log.events)).toEqual(["restarting", "restarted"]);
    const told = log.events.at(-1);
    const port = container.ports["8080/tcp"];
    expect(port).toBeDefined();
    expect(told).toMatchObject({ connection: { id: container.id, ports: { "8080/tcp": port } } });
    expect(await coming).toMatchObject({
      kind: "ready",
      connection: { id: container.id, ports: { "8080/tcp": port } },
    });
  });

  test("while it is restarted counts as a restart that failed", async ({ stage }) => {
    const log = eventLog();
    const member = await stage.join(log);
    const service = await startWith(stage, member, {
      restart: { ...restart, maxRestarts: 1 },
      startProbe: file("/ready"),
    });
    const container = stage.container(service);
    container.exit(3);
    await stage.settled();
    await stage.clock.advance(100);
    await stage.settled();

    container.exit(4);
    await stage.settled();

    expect(kindsOf(log.events)).toEqual(["restarting", "failed"]);
    expect(log.events.at(-1)).toMatchObject({ reason: expect.stringContaining("exited with code 4") as unknown });
  });
});

test("a process that the kernel kills for memory is told once, though the engine may tell of it again", async ({
  stage,
}) => {
  const log = eventLog();
  const member = await stage.join(log);
  const container = stage.container(await startWith(stage, member, {}));

  container.killChildForMemory();
  await stage.clock.advance(900);
  container.killChildForMemory();
  await stage.settled();
  expect(kindsOf(log.events)).toEqual(["out-of-memory"]);

  await stage.clock.advance(1_000);
  container.killChildForMemory();
  await stage.settled();
  expect(kindsOf(log.events)).toEqual(["out-of-memory", "out-of-memory"]);
});

describe("what happened while nobody watched", () => {
  test("is told as soon as the engine answers again", async ({ stage }) => {
    const log = eventLog();
    const member = await stage.join(log);
    const [paused, moved, ended] = await Promise.all(
      ["paused", "moved", "ended"].map((name) => startWith(stage, member, {}, name)),
    );
    if (paused === undefined || moved === undefined || ended === undefined) throw new Error("They were started.");
    stage.backend.cutWatches(new EngineRequestError({ operation: "watch", refusal: "unanswered", reason: "cut" }));
    await stage.settled();

    stage.container(paused).pause();
    stage.container(ended).exit(1);
    await stage.backend.restart(moved.connection.id, 0);
    await stage.settled();
    expect(log.events).toEqual([]);
    await stage.clock.advance(1_000);
    await stage.settled();

    const byService = (service: StartedService): readonly string[] =>
      kindsOf(log.events.filter(({ serviceId }) => serviceId === service.serviceId));
    expect(byService(paused)).toEqual(["paused"]);
    expect(byService(ended)).toEqual(["failed"]);
    expect(byService(moved)).toEqual(["restarting", "restarted"]);
  });
});

describe("a restart that somebody asks for", () => {
  test("is one, however many ask, and lets nobody lose a part", async ({ stage }) => {
    const log = eventLog();
    const [one, two] = [await stage.join(log), await stage.join()];
    const service = await startWith(stage, one, {});
    await two.acquire(requestFor("app"));
    const part = await one.takePart(service.serviceId);

    await Promise.all([one.restart(service.serviceId), two.restart(service.serviceId)]);

    expect(stage.backend.methods.filter((method) => method === "restart")).toHaveLength(1);
    expect(kindsOf(log.events)).toEqual(["restarting", "restarted"]);
    const another = await two.takePart(service.serviceId);
    expect(another).not.toBe(part);
    await one.givePart(service.serviceId, part, 0);
  });

  test("is refused where it would lose what others rely on, before anything happens", async ({ stage }) => {
    const member = await stage.join();
    const service = await startWith(stage, member, { restartProblem: "its data is in memory" });

    const failure = await outcomeOf(member.restart(service.serviceId));

    expect(failure).toBeInstanceOf(UnsupportedError);
    expect(stage.backend.methods).not.toContain("restart");
  });
});

test("what is shown of a service says whether it is restarted, unhealthy or has failed", async ({ stage }) => {
  const member = await stage.join();
  const state = (): string => servicesStatus(stage.coordinator)[0]?.state ?? "gone";
  const plan = { maxRestarts: 1, delayMs: 100, resetAfterMs: 60_000 };
  const service = await startWith(stage, member, { readiness, restart: plan });
  expect(state()).toBe("ready");
  await stage.clock.advance(3_000);
  expect(state()).toBe("unhealthy");

  stage.container(service).exit(3);
  await stage.settled();
  expect(state()).toBe("restarting");
  await stage.clock.advance(100);
  await stage.settled();
  stage.container(service).exit(3);
  await stage.settled();
  expect(state()).toBe("failed");
});

describe("a budget of restarts", () => {
  test("is used up by restarts that do not last, and is whole again after one that does", async () => {
    const clock = new ManualClock();
    const budget = new RestartBudget(restart, clock);
    expect([budget.take(), budget.take(), budget.take()]).toEqual([
      { number: 1, delayMs: 100 },
      { number: 2, delayMs: 200 },
      undefined,
    ]);

    budget.noteStart();
    await clock.advance(59_999);
    expect(budget.take()).toBeUndefined();
    budget.noteStart();
    await clock.advance(60_000);
    expect(budget.take()).toEqual({ number: 1, delayMs: 100 });
  });
});

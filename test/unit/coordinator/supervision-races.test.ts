import { describe, expect, test as base } from "vitest";
import type { CareInstructions } from "../../../src/container/care-plan.ts";
import type { ServiceEvent, ServiceRequest, SessionMember } from "../../../src/coordinator/coordination.ts";
import { EngineRequestError, file, LifecycleError } from "../../../src/index.ts";
import type { StartedService } from "../../support/coordinator-stage.ts";
import { CoordinatorStage, eventLog, requestFor } from "../../support/coordinator-stage.ts";
import { isSettled, outcomeOf } from "../support/outcome.ts";
import { noCare } from "../support/specs.ts";

const test = base.extend("stage", async ({}, { onCleanup }) => {
  const stage = await CoordinatorStage.create("local");
  onCleanup(() => stage[Symbol.asyncDispose]());
  return stage;
});

const liveness = {
  ...{ intervalMs: 1_000, timeoutMs: 500, failureThreshold: 2, successThreshold: 1, startPeriodMs: 0 },
  probe: file("/alive"),
};
const restart = { maxRestarts: 2, delayMs: 100, resetAfterMs: 60_000 };
const startProbe = file("/ready");
const cut = new EngineRequestError({ operation: "watch", refusal: "unanswered", reason: "cut" });

async function startWith(
  stage: CoordinatorStage,
  member: SessionMember,
  care: Partial<CareInstructions> = {},
  request: ServiceRequest = requestFor("app"),
): Promise<StartedService> {
  const ticket = await stage.ticket(member, request);
  const connection = await stage.make(ticket);
  await member.created(ticket.serviceId, connection, { ...noCare, ...care });
  await stage.settled();
  return { serviceId: ticket.serviceId, connection };
}

/** Has the engine tell of something that happened to a service's container, as it would if it were late. */
async function tell(
  stage: CoordinatorStage,
  { serviceId, connection: { id } }: StartedService,
  action: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<void> {
  const service = stage.coordinator.services.get(serviceId);
  if (service === undefined) throw new Error("It is gone.");
  const told = stage.coordinator.supervision.notice(service, { action, id, labels });
  await Promise.race([told, stage.settled()]);
}

const kindsOf = (events: readonly ServiceEvent[]): readonly string[] => events.map(({ kind }) => kind);

describe("parts of a service that is being restarted", () => {
  test("are waited for, and made where it is reached afterwards", async ({ stage }) => {
    const member = await stage.join();
    const service = await startWith(stage, member);
    const letGo = stage.backend.hang("restart");
    const restarting = member.restart(service.serviceId);
    await stage.settled();

    const taking = member.takePart(service.serviceId);
    await stage.settled();
    expect(await isSettled(taking)).toBe(false);
    letGo();
    await Promise.all([restarting, taking]);

    const { ports } = stage.container(service);
    expect(ports).not.toEqual(service.connection.ports);
    expect(stage.openedFor.map((connection) => connection.ports)).toEqual([ports]);
  });

  test("are waited for by whoever waited for one before", async ({ stage }) => {
    const member = await stage.join();
    const service = await startWith(stage, member);
    const first = await member.takePart(service.serviceId);
    const parts = stage.parts.get("app")!;
    parts.isHeld = true;
    const taking = member.takePart(service.serviceId);
    await stage.settled();

    await member.restart(service.serviceId);
    parts.isHeld = false;
    parts.letGo();

    expect(await taking).not.toBe(first);
  });

  test("are not had of one that does not come back", async ({ stage }) => {
    const member = await stage.join();
    const service = await startWith(stage, member);
    const letGo = stage.backend.hang("restart");
    stage.backend.failNext("restart", new Error("no space"));
    const restarting = outcomeOf(member.restart(service.serviceId));
    const taking = outcomeOf(member.takePart(service.serviceId));
    await stage.settled();
    letGo();

    expect(await restarting).toMatchObject({ message: "no space" });
    expect(await taking).toBeInstanceOf(LifecycleError);
    expect(stage.openedFor).toEqual([]);
  });
});

describe("a service that has failed", () => {
  test("is not handed out again, though its container runs, and cannot be restarted", async ({ stage }) => {
    const member = await stage.join();
    const service = await startWith(stage, member, { liveness });
    await stage.clock.advance(2_000);
    await stage.settled();
    expect(stage.container(service).state).toBe("running");

    expect(await outcomeOf(member.restart(service.serviceId))).toBeInstanceOf(LifecycleError);
    const another = await stage.ticket(member, requestFor("app"));

    expect(another.serviceId).not.toBe(service.serviceId);
    expect(stage.live).toEqual([]);
  });

  test("is none whose next restart succeeds, for whoever asked for one meanwhile either", async ({ stage }) => {
    const log = eventLog();
    const member = await stage.join(log);
    const service = await startWith(stage, member, { restart });
    stage.backend.failNext("restart", new Error("busy"));

    stage.container(service).exit(3);
    await stage.settled();
    const asking = member.restart(service.serviceId);
    await stage.clock.advance(100);
    await stage.settled();
    await stage.clock.advance(200);

    await asking;
    expect(kindsOf(log.events)).toEqual(["restarting", "restarting", "restarted"]);
  });

  test("is none that somebody else restarted in vain, when its plan allows a restart", async ({ stage }) => {
    const log = eventLog();
    const member = await stage.join(log);
    const service = await startWith(stage, member, { restart, startProbe });
    await tell(stage, service, "kill", { signal: "15" });
    await stage.backend.restart(service.connection.id, 0);
    await stage.settled();
    expect(kindsOf(log.events)).toEqual(["restarting"]);

    stage.container(service).exit(3);
    await stage.settled();
    stage.container(service).writeFile("/ready", "");
    await stage.clock.advance(100);
    await stage.settled();

    expect(kindsOf(log.events)).toEqual(["restarting", "restarting", "restarted"]);
  });
});

describe("an end that is told late", () => {
  test("is no news when it was part of a restart that is over", async ({ stage }) => {
    const log = eventLog();
    const member = await stage.join(log);
    const service = await startWith(stage, member);
    await stage.clock.advance(1_000);
    await member.restart(service.serviceId);

    await tell(stage, service, "kill", { signal: "15" });
    await tell(stage, service, "die");

    expect(kindsOf(log.events)).toEqual(["restarting", "restarted"]);
  });

  test("is news when the container ended just before its restart was over", async ({ stage }) => {
    const log = eventLog();
    const member = await stage.join(log);
    const service = await startWith(stage, member, { startProbe });
    const container = stage.container(service);
    const restarting = member.restart(service.serviceId);
    await stage.settled();
    const letGo = stage.backend.hang("inspect");
    container.exit(3);
    container.writeFile("/ready", "");
    await stage.clock.advance(1_000);
    await restarting;

    letGo();
    await stage.settled();

    expect(kindsOf(log.events)).toEqual(["restarting", "restarted", "failed"]);
  });
});

describe("a container that somebody else stops and starts", () => {
  test("is told once as restarted, though the events are cut in between", async ({ stage }) => {
    const log = eventLog();
    const member = await stage.join(log);
    const service = await startWith(stage, member);
    await tell(stage, service, "kill", { signal: "15" });
    stage.container(service).exit(0);
    await stage.settled();
    stage.backend.cutWatches(cut);
    await stage.settled();

    await stage.backend.start(service.connection.id);
    for (let step = 0; step < 10; step += 1) {
      await stage.clock.advance(200);
      await stage.settled();
    }

    expect(kindsOf(log.events)).toEqual(["restarting", "restarted"]);
    expect(log.events.at(-1)).toMatchObject({ connection: { ports: stage.container(service).ports } });
  });

  test("has not failed when it had to be killed for that", async ({ stage }) => {
    const log = eventLog();
    const member = await stage.join(log);
    const service = await startWith(stage, member);

    await tell(stage, service, "kill", { signal: "15" });
    await tell(stage, service, "kill", { signal: "9" });
    stage.container(service).kill();
    await stage.settled();
    await stage.backend.start(service.connection.id);
    await stage.settled();

    expect(kindsOf(log.events)).toEqual(["restarting", "restarted"]);
  });
});

describe("what is told of a container", () => {
  test("begins anew when it is restarted: it is paused no more", async ({ stage }) => {
    const log = eventLog();
    const member = await stage.join(log);
    const service = await startWith(stage, member);
    stage.container(service).pause();
    await member.restart(service.serviceId);

    stage.container(service).pause();
    await stage.settled();

    expect(kindsOf(log.events)).toEqual(["paused", "restarting", "restarted", "paused"]);
  });

  test("includes what the engine's check says while it is restarted, and while nobody listened", async ({ stage }) => {
    const log = eventLog();
    const member = await stage.join(log);
    const service = await startWith(stage, member, { startProbe });
    const container = stage.container(service);
    container.checkHealth({ status: "unhealthy", output: "" });
    const restarting = member.restart(service.serviceId);
    await stage.settled();
    container.checkHealth({ status: "healthy", output: "" });
    container.writeFile("/ready", "");
    await stage.clock.advance(1_000);
    await restarting;
    stage.backend.cutWatches(cut);
    await stage.settled();
    container.checkHealth({ status: "unhealthy", output: "" });
    await stage.clock.advance(1_000);
    await stage.settled();

    const changes = log.events.filter((event) => event.kind === "health").map(({ change: { from, to } }) => [from, to]);
    expect(changes).toEqual([
      ["starting", "unhealthy"],
      ["starting", "healthy"],
      ["healthy", "unhealthy"],
    ]);
  });

  test("is not that it is put to sleep, even if that is told after somebody came", async ({ stage }) => {
    const [one, log] = [await stage.join(), eventLog()];
    const service = await startWith(stage, one, {}, requestFor("app", { keepAliveMs: 60_000 }));
    await one.endSession();
    await stage.settled();
    expect(stage.container(service).isPaused).toBe(true);
    const two = await stage.join(log);
    const letGo = stage.backend.hang("unpause");
    const coming = two.acquire(requestFor("app", { keepAliveMs: 60_000 }));
    await stage.settled();

    await tell(stage, service, "pause");
    letGo();
    await coming;
    await stage.settled();

    expect(log.events).toEqual([]);
    stage.container(service).pause(); // Control: by somebody else, it is news.
    await stage.settled();
    expect(kindsOf(log.events)).toEqual(["paused"]);
  });
});

describe("a service that nobody uses any more while it is restarted", () => {
  test("is put to sleep only afterwards", async ({ stage }) => {
    const member = await stage.join();
    const service = await startWith(stage, member, {}, requestFor("app", { keepAliveMs: 60_000 }));
    const letGo = stage.backend.hang("restart");
    const restarting = member.restart(service.serviceId);
    await stage.settled();
    await member.endSession();
    await stage.settled();
    expect(stage.backend.methods).not.toContain("pause");

    letGo();
    await restarting;
    await stage.settled();

    expect(stage.container(service).isPaused).toBe(true);
  });

  test("is not initialised anew meanwhile", async ({ stage }) => {
    const [member, next] = [await stage.join(), await stage.join()];
    const kept = { keepAliveMs: 60_000, baseKey: "server" };
    const service = await startWith(stage, member, {}, requestFor("app", { ...kept, key: "old" }));
    stage.backend.hang("restart");
    const restarting = outcomeOf(member.restart(service.serviceId));
    await stage.settled();
    await member.endSession();

    const ticket = await stage.ticket(next, requestFor("app", { ...kept, key: "new" }));

    expect(ticket.former).toBeUndefined();
    expect(await restarting).toBeInstanceOf(LifecycleError);
  });

  test("is not taken for unhealthy because it was", async ({ stage }) => {
    const member = await stage.join();
    const request = requestFor("app", { keepAliveMs: 60_000 });
    const { serviceId } = await startWith(stage, member, { readiness: liveness }, request);
    await stage.clock.advance(2_000);
    await stage.settled();
    const service = stage.coordinator.services.get(serviceId);
    expect(service?.isUnhealthy).toBe(true);

    await member.endSession();
    await stage.settled();

    expect(service?.isUnhealthy).toBe(false);
  });
});

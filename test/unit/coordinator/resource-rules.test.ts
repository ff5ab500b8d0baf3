import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { describe, expect, onTestFinished, test } from "vitest";
import type { CareInstructions } from "../../../src/container/care-plan.ts";
import type { ServiceEvent, ServiceRequest, SessionMember } from "../../../src/coordinator/coordination.ts";
import type { ServiceRecord } from "../../../src/coordinator/journal.ts";
import { noJournal } from "../../../src/coordinator/journal.ts";
import type { ResourceRule } from "../../../src/index.ts";
import { EngineRequestError, file } from "../../../src/index.ts";
import { limitRules } from "../../../src/resources/limit-rules.ts";
import { resolveResources } from "../../../src/resources/resource-rule.ts";
import type { SeatKind, StartedService } from "../../support/coordinator-stage.ts";
import { CoordinatorStage, requestFor } from "../../support/coordinator-stage.ts";
import { noCare } from "../support/specs.ts";

const restless = { metric: "memoryBytes", above: 1_000, cooldownMs: 3_000 } as const;

const kinds: readonly SeatKind[] = ["local", "remote"];

describe.for(kinds)("with %s seats", (kind) => {
  test("an alert is told to everybody once in a cooldown, and is not when there is no reason", async () => {
    await using scene = await Scene.of(kind, [{ ...restless, action: "alert" }]);
    const others: ServiceEvent[] = [];
    await (await scene.stage.join({ onEvent: (event) => others.push(event) })).acquire(scene.request);

    await scene.use({ memoryBytes: 1_000, seconds: 5 });
    expect(scene.events).toEqual([]);
    const [first] = await scene.use({ memoryBytes: 1_001, seconds: 5 });

    expect(scene.events).toEqual([
      {
        ...{ kind: "exceeded", serviceId: scene.started.serviceId, metric: "memoryBytes", action: "alert" },
        ...{ above: 1_000, observed: 1_001, atMs: first, sinceMs: first },
      },
      expect.objectContaining({ kind: "exceeded", atMs: first! + 3_000 }),
    ]);
    expect(others).toEqual(scene.events);
  });

  test("a throttle changes the limit of the container that runs", async () => {
    await using scene = await Scene.of(kind, [{ ...restless, action: "throttle", toCpuCores: 0.25 }]);

    await scene.use({ memoryBytes: 2_000, seconds: 2 });

    expect(scene.container.updated).toEqual({ cpuCores: 0.25 });
    expect(scene.kinds).toEqual(["exceeded"]);
  });

  test("a restart is one, and what the container used before is forgotten", async () => {
    await using scene = await Scene.of(kind, [{ ...restless, forMs: 2_000, action: "restart" }]);

    await scene.use({ memoryBytes: 2_000, seconds: 4 });

    expect(scene.stage.backend.methods.filter((method) => method === "restart")).toHaveLength(1);
    expect(scene.kinds).toEqual(["restarting", "restarted", "exceeded"]);
    expect(scene.events[0]).toMatchObject({ reason: "its memoryBytes was 2000, above 1000 for 2000 ms" });
  });

  test("a kill is the end of the service, and is told with what was seen", async () => {
    await using scene = await Scene.of(kind, [{ ...restless, action: "kill" }]);

    await scene.use({ memoryBytes: 2_000, seconds: 6 });

    expect(scene.container.state).toBe("exited");
    expect(scene.kinds).toEqual(["exceeded", "failed"]);
    expect(scene.events[1]).toMatchObject({
      error: {
        code: "CLEANROOM_OUT_OF_MEMORY",
        message:
          "db was killed because it used more memory than its limit of 1000 bytes (it was at 2000 bytes).\n" +
          "Raise `resources.rules`, or make it use less.\nIt logged nothing.",
      },
    });
    expect(scene.stage.clock.pendingTimers).toBe(0);
  });

  test("what was killed is written down as failed, for good", async () => {
    await using scene = await Scene.of(kind, [{ ...restless, action: "kill" }]);
    expect(scene.written).toMatchObject({ hasFailed: false });

    await scene.use({ memoryBytes: 2_000, seconds: 3 });

    expect(scene.written).toMatchObject({ hasFailed: true });
    await expect(scene.member.restart(scene.started.serviceId)).rejects.toThrow("db has failed for good");
    expect(scene.container.state).toBe("exited");
  });

  test("what is killed while it is restarted does not come back", async () => {
    const care = {
      ...{ startProbe: file("/ready"), startTimeoutMs: 60_000 },
      restart: { maxRestarts: 3, delayMs: 0, resetAfterMs: 60_000 },
    };
    await using scene = await Scene.of(kind, [{ ...restless, action: "kill" }], care);
    scene.container.exit(1);
    await scene.stage.settled();
    await scene.stage.clock.advance(1);
    await scene.stage.settled();
    expect(scene.container.state).toBe("running");

    await scene.use({ memoryBytes: 2_000, seconds: 5 });

    expect(scene.kinds).toEqual(["restarting", "exceeded", "failed"]);
    expect(scene.container.state).toBe("exited");
    expect(scene.written).toMatchObject({ hasFailed: true, restarting: undefined });
  });

  test("what cannot be done is told, and tried again after the cooldown only", async () => {
    await using scene = await Scene.of(kind, [{ ...restless, action: "throttle", toCpuCores: 1 }]);
    scene.stage.backend.failNext("update", new EngineRequestError({ operation: "x", refusal: "other", reason: "no" }));

    await scene.use({ memoryBytes: 2_000, seconds: 5 });

    expect(scene.events).toMatchObject([{ error: { code: "CLEANROOM_ENGINE_REQUEST" } }, { action: "throttle" }]);
    expect(scene.events[1]).not.toHaveProperty("error");
  });

  test("a container that cannot be killed has not failed, and is killed after the cooldown", async () => {
    await using scene = await Scene.of(kind, [{ ...restless, action: "kill" }]);
    scene.stage.backend.failNext("kill", new EngineRequestError({ operation: "x", refusal: "other", reason: "no" }));

    await scene.use({ memoryBytes: 2_000, seconds: 2 });
    expect(scene.events).toMatchObject([{ kind: "exceeded", error: { code: "CLEANROOM_ENGINE_REQUEST" } }]);
    await scene.use({ memoryBytes: 2_000, seconds: 4 });

    expect(scene.kinds).toEqual(["exceeded", "exceeded", "failed"]);
    expect(scene.container.state).toBe("exited");
  });

  test("rules that are asked for later take the place of those before", async () => {
    await using scene = await Scene.of(kind, [{ ...restless, action: "kill" }]);
    const member = await scene.stage.join();

    await member.acquire({
      ...scene.request,
      resources: resolveResources({ rules: [{ ...restless, action: "alert" }] }),
    });
    await scene.use({ memoryBytes: 2_000, seconds: 2 });
    expect(scene.kinds).toEqual(["exceeded"]);
    await member.acquire({ ...scene.request, resources: undefined });

    expect(scene.stage.clock.pendingTimers).toBe(0);
  });
});

test("nobody looks at what nobody uses, and how often a rule may still act is remembered", async () => {
  await using scene = await Scene.of("local", [{ ...restless, maxActions: 1, action: "alert" }]);
  await scene.use({ memoryBytes: 2_000, seconds: 2 });
  const successor = await scene.stage.join();

  await scene.leave();
  expect(scene.container.isPaused).toBe(true);
  const callsBefore = scene.stage.backend.calls.length;
  await scene.use({ memoryBytes: 2_000, seconds: 4 });
  expect(scene.stage.backend.calls).toHaveLength(callsBefore);
  await successor.acquire(scene.request);
  await scene.use({ memoryBytes: 2_000, seconds: 10 });

  expect(scene.kinds.filter((name) => name === "exceeded")).toHaveLength(1);
});

test("a limit of the disk that the engine does not keep is kept", async () => {
  await using scene = await Scene.of("local", limitRules({ disk: { bytes: 5_000 } }));
  scene.container.layerBytes = 5_000;
  await scene.use({ memoryBytes: 1, seconds: 7 });
  expect(scene.container.state).toBe("running");

  scene.container.layerBytes = 5_001;
  await scene.use({ memoryBytes: 1, seconds: 7 });

  expect(scene.container.state).toBe("exited");
  expect(scene.events.at(-1)).toMatchObject({
    error: { code: "CLEANROOM_OUT_OF_DISK", details: { option: "limits.disk", limit: 5_000, observed: 5_001 } },
  });
});

test("a web hook is told once of each action, and the log of one that does not take it", async () => {
  const got: unknown[] = [];
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      got.push(body);
      response.writeHead(got.length === 1 ? 200 : 500).end();
      server.emit("answered");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const webhook = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  await using scene = await Scene.of("local", [{ ...restless, action: "alert", webhook }]);

  const answered = once(server, "answered");
  await scene.use({ memoryBytes: 2_000, seconds: 2 });
  await answered;
  expect(got).toEqual([
    expect.objectContaining({ name: "db", id: scene.container.id, metric: "memoryBytes", observed: 2_000 }),
  ]);
  await scene.stage.settled();
  const answeredAgain = once(server, "answered");
  await scene.use({ memoryBytes: 2_000, seconds: 4 });
  await answeredAgain;
  await scene.stage.settled();

  expect(got).toHaveLength(2);
  expect(scene.stage.lines).toEqual([
    `Telling that db's memoryBytes was exceeded: could not post to ${new URL(webhook).host}: status 500`,
  ]);
});

/** A service with rules, and what those who use it are told. */
class Scene implements AsyncDisposable {
  readonly stage: CoordinatorStage;
  readonly request: ServiceRequest;
  readonly started: StartedService;
  readonly events: ServiceEvent[];
  readonly member: SessionMember;
  readonly leave: () => Promise<void>;
  readonly #records: ReadonlyMap<string, ServiceRecord>;

  private constructor(
    scene: Pick<Scene, "stage" | "request" | "started" | "events" | "member" | "leave"> & {
      readonly records: ReadonlyMap<string, ServiceRecord>;
    },
  ) {
    this.stage = scene.stage;
    this.request = scene.request;
    this.started = scene.started;
    this.events = scene.events;
    this.member = scene.member;
    this.leave = scene.leave;
    this.#records = scene.records;
  }

  static async of(
    kind: SeatKind,
    rules: readonly ResourceRule[],
    care: Partial<CareInstructions> = {},
  ): Promise<Scene> {
    const records = new Map<string, ServiceRecord>();
    const journal = { ...noJournal, saveService: (record: ServiceRecord) => void records.set(record.id, record) };
    const stage = await CoordinatorStage.create(kind, { journal });
    const request = requestFor("db", { keepAliveMs: 60_000, resources: resolveResources({ rules }) });
    const events: ServiceEvent[] = [];
    const member = await stage.join({ onEvent: (event) => events.push(event) });
    const started = await stage.start(member, request, { ...noCare, ...care });
    const leave = async (): Promise<void> => {
      await member.endSession();
      await stage.settled();
    };
    return new Scene({ stage, request, started, events, member, leave, records });
  }

  get container() {
    return this.stage.container(this.started);
  }

  /** What is written down of the service. */
  get written(): ServiceRecord | undefined {
    return this.#records.get(this.started.serviceId);
  }

  get kinds(): readonly string[] {
    return this.events.map(({ kind }) => kind);
  }

  /** Lets it hold so much memory for so long. Tells when it was looked at. */
  async use({ memoryBytes, seconds }: { memoryBytes: number; seconds: number }): Promise<readonly number[]> {
    const times: number[] = [];
    for (let second = 0; second < seconds; second += 1) {
      await this.stage.clock.advance(500);
      this.container.stats = { ...this.container.stats, memoryBytes };
      await this.stage.clock.advance(500);
      times.push(this.stage.clock.now() - 500);
      await this.stage.settled(5);
    }
    return times;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stage[Symbol.asyncDispose]();
  }
}

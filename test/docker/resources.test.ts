import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { describe, expect, onTestFinished, vi } from "vitest";
import { connectCaretaker } from "../../src/backend/engine-api/connect-caretaker.ts";
import type {
  CleanroomEnvironment,
  GenericContainer,
  MonitorOptions,
  ResourceError,
  ResourceExceededEvent,
  ResourceSample,
} from "../../src/index.ts";
import { container, hasCode } from "../../src/index.ts";
import { ResourceMonitor } from "../../src/resources/resource-monitor.ts";
import { StatsStream } from "../../src/resources/stats-stream.ts";
import { systemClock } from "../../src/time/system-clock.ts";
import * as engine from "../support/engine.ts";
import { images, test } from "../support/workspace.ts";

const MB = 1_000_000;

describe("monitor()", () => {
  test("tells of every interval, and of each container apart", async ({ workspace }) => {
    const { services } = await workspace.start({ one: container(images.service), other: container(images.service) });

    const [one, other] = await Promise.all([
      samplesOf(services.one, 6, { intervalMs: 500 }),
      samplesOf(services.other, 6, { intervalMs: 500 }),
    ]);

    for (const samples of [one, other]) {
      const meanMs = (samples.at(-1)!.atMs - samples[0]!.atMs) / 5;
      expect(meanMs).toBeGreaterThan(400);
      expect(meanMs).toBeLessThan(600);
    }
  });

  test("tells of the processor what the limit leaves of it, and of one that is idle next to nothing", async ({
    workspace,
  }) => {
    const { services } = await workspace.start({
      busy: container(images.service, {
        command: ["sh", "-c", "exec yes > /dev/null"],
        ports: [],
        limits: { cpuCores: 0.5 },
        stopGraceMs: 0,
      }),
      idle: container(images.service),
    });
    const before = await engine.cpuUse(services.busy.id);
    const [busy, idle] = await Promise.all([samplesOf(services.busy, 4), samplesOf(services.idle, 4)]);
    const after = await engine.cpuUse(services.busy.id);

    // What else is at work on this machine may leave it less than its limit, so the engine says how much it was.
    const cores = (after.usedMs - before.usedMs) / (after.atMs - before.atMs);
    expect(coresOver(busy) / cores).toBeGreaterThan(0.9);
    expect(coresOver(busy) / cores).toBeLessThan(1.1);
    expect(coresOver(busy)).toBeLessThan(0.55);
    expect(busy[0]!.cpu.usedMs).toBeGreaterThanOrEqual(before.usedMs);
    expect(busy.at(-1)!.cpu.usedMs).toBeLessThanOrEqual(after.usedMs);
    expect(busy.at(-1)!.cpu.limitCores).toBe(0.5);
    expect(coresOver(idle)).toBeLessThan(0.05);
    expect(idle.at(-1)!.cpu).not.toHaveProperty("limitCores");
  });

  test("tells of memory what is held, its limit, and the most that was held", async ({ workspace }) => {
    const { services } = await workspace.start({
      app: container(images.service, { limits: { memoryBytes: 300 * MB } }),
    });
    const before = await lastSample(services.app);

    await hold(services.app, 100 * MB);
    const after = await lastSample(services.app);

    const grownBytes = after.memory.workingSetBytes - before.memory.workingSetBytes;
    expect(grownBytes).toBeGreaterThan(95 * MB);
    expect(grownBytes).toBeLessThan(115 * MB);
    expect(after.memory.peakBytes).toBeGreaterThanOrEqual(after.memory.workingSetBytes);
    expect((await engine.inspectExisting(services.app.id)).HostConfig.Memory).toBe(300 * MB);
    expect(after.memory.limitBytes).toBeGreaterThan(299 * MB);
    expect(after.memory.limitBytes).toBeLessThanOrEqual(300 * MB);
    expect(before.pids?.current).toBeGreaterThanOrEqual(1);
  });

  test("tells what is in memory mounts, and the size of the layer to who wants it", async ({ workspace }) => {
    const memory = { type: "tmpfs", target: "/memory" } as const;
    const { services } = await workspace.start({ app: container(images.service, { mounts: [memory] }) });
    const layerOf = async (): Promise<number> => {
      for await (const { disk } of services.app.monitor({ measureLayer: true, intervalMs: 200 })) {
        if (disk.layerBytes !== undefined) return disk.layerBytes;
      }
      throw new Error("The container has ended.");
    };
    const before = await layerOf();

    await services.app.exec(["dd", "if=/dev/zero", "of=/written", "bs=1000000", "count=50"]);

    await services.app.exec(["dd", "if=/dev/zero", "of=/memory/written", "bs=1000000", "count=10"]);

    const grownBytes = (await layerOf()) - before;
    expect(grownBytes).toBeGreaterThan(47.5 * MB);
    expect(grownBytes).toBeLessThan(52.5 * MB);
    const { disk } = await lastSample(services.app);
    expect(disk).not.toHaveProperty("layerBytes");
    expect(disk.tmpfsBytes).toBeGreaterThanOrEqual(10 * MB);
    expect(disk.tmpfsBytes).toBeLessThan(11 * MB);
  });

  test("tells what went over the network, and nothing of one that has none", async ({ workspace }) => {
    const { services } = await workspace.start({
      sender: container(images.service, { network: true }),
      receiver: container(images.service, { network: true }),
      alone: container(images.service, { ports: [], engineOptions: { HostConfig: { NetworkMode: "none" } } }),
    });
    const before = await lastSample(services.receiver);

    await send(20 * MB, services.sender, services.receiver);
    const after = await lastSample(services.receiver);

    expect(after.network!.receivedBytes - before.network!.receivedBytes).toBeGreaterThanOrEqual(20 * MB);
    expect(Object.keys(after.network!.interfaces)).toContain("eth0");
    expect(await lastSample(services.alone)).not.toHaveProperty("network");
  });

  test("takes from an engine elsewhere what that tells by itself, and asks once", async ({ workspace }) => {
    const { services } = await workspace.start({
      app: container(images.service, { limits: { memoryBytes: 64 * MB } }),
    });
    const endpoint = `unix://${engine.socketPath}`;
    await using caretaker = connectCaretaker({ endpoint, clock: systemClock });
    const streams = vi.spyOn(caretaker, "streamStats");
    const { promise: third, resolve } = Promise.withResolvers<readonly ResourceSample[]>();
    using monitor = new ResourceMonitor({
      clock: systemClock,
      open: (id) => Promise.resolve(new StatsStream(caretaker, id, systemClock)),
      measureLayer: () => Promise.resolve(undefined),
    });
    const terms = { id: services.app.id, intervalMs: 1_000, historyLength: 3, needsLayer: false };
    const watched = monitor.add({
      ...terms,
      onSample: () => {
        if (watched.history.length === 3) resolve(watched.history);
      },
    });

    const last = (await third).at(-1)!;

    expect(streams).toHaveBeenCalledTimes(1);
    const local = await lastSample(services.app);
    expect(last.memory.limitBytes).toBe(local.memory.limitBytes);
    expect(last.memory.peakBytes).toBe(local.memory.peakBytes);
    expect(Math.abs(last.cpu.usedMs - local.cpu.usedMs)).toBeLessThan(100);
    expect(last.network!.interfaces).toHaveProperty("eth0");
  });

  test("goes on with a container that was restarted, without a rate below 0, and ends with one that was stopped", async ({
    workspace,
  }) => {
    const { services } = await workspace.start({ app: container(images.service) });
    const seen: ResourceSample[] = [];
    let restarted = false;

    for await (const sample of services.app.monitor({ intervalMs: 200 })) {
      seen.push(sample);
      if (seen.length === 2 && !restarted) {
        restarted = true;
        await engine.restartContainer(services.app.id);
      }
      if (seen.length === 5) await engine.interfere(services.app.id, "kill");
    }

    expect(seen.length).toBeGreaterThanOrEqual(5);
    expect(seen.every(({ cpu, network }) => cpu.usedCores >= 0 && network!.receivedBytesPerSecond >= 0)).toBe(true);
  });
});

describe("a rule", () => {
  test("has a container throttled while it runs, which shows in the engine and in what it uses", async ({
    workspace,
  }) => {
    const environment = await workspace.start({
      busy: container(images.service, {
        command: ["sh", "-c", "exec yes > /dev/null"],
        ports: [],
        stopGraceMs: 0,
        resources: {
          intervalMs: 500,
          rules: [{ metric: "cpuCores", above: 0.3, forMs: 500, action: "throttle", toCpuCores: 0.1 }],
        },
      }),
      control: container(images.service, {
        resources: { rules: [{ metric: "cpuCores", above: 0.3, action: "throttle", toCpuCores: 0.1 }] },
      }),
    });
    const { busy, control } = environment.services;
    const startedAt = (await engine.inspectExisting(busy.id)).State.StartedAt;

    const { name, observed } = await exceeded(environment);

    expect(name).toBe("busy");
    expect(observed).toBeGreaterThan(0.3);
    const { HostConfig, State } = await engine.inspectExisting(busy.id);
    expect(HostConfig.NanoCpus).toBe(1e8);
    expect(State).toMatchObject({ Running: true, StartedAt: startedAt });
    expect(coresOver(await samplesOf(busy, 3))).toBeLessThan(0.2);
    expect((await engine.inspectExisting(control.id)).HostConfig.NanoCpus).toBe(0);
  });

  test("alerts once in a cooldown, by an event and a web hook; below its threshold nothing happens", async ({
    workspace,
  }) => {
    const posted: unknown[] = [];
    const webhook = await listen((body) => posted.push(body));
    const rule = { metric: "memoryBytes", above: 60 * MB, action: "alert", cooldownMs: 2_000, maxActions: 2 } as const;
    const environment = await workspace.start({
      app: container(images.service, { resources: { intervalMs: 200, rules: [{ ...rule, webhook }] } }),
    });
    const { app } = environment.services;
    const alerts: ResourceExceededEvent[] = [];
    environment.on("resource:exceeded", (alert) => alerts.push(alert));
    await hold(app, 40 * MB);
    await samplesOf(app, 4, { intervalMs: 200 });
    expect(alerts).toEqual([]);

    await hold(app, 40 * MB);
    await samplesOf(app, 25, { intervalMs: 200 });

    expect(alerts).toHaveLength(2);
    expect(alerts[1]!.atMs - alerts[0]!.atMs).toBeGreaterThanOrEqual(2_000);
    expect(alerts[0]).toMatchObject({ name: "app", id: app.id, action: "alert", above: 60 * MB });
    expect(posted).toEqual(alerts);
    expect((await engine.inspectExisting(app.id)).State.Running).toBe(true);
  });

  test("restarts the same container, which then uses less", async ({ workspace }) => {
    const environment = await workspace.start({
      app: container(images.service, {
        ports: [8080],
        stopGraceMs: 0,
        resources: { intervalMs: 200, rules: [{ metric: "memoryBytes", above: 60 * MB, action: "restart" }] },
      }),
    });
    const { app } = environment.services;
    const before = await engine.inspectExisting(app.id);

    const told = exceeded(environment);
    await hold(app, 80 * MB).catch(() => undefined); // It may be restarted before it can tell.
    const { action, error } = await told;

    expect([action, error]).toEqual(["restart", undefined]);
    const after = await engine.inspectExisting(app.id);
    expect(after.State.Running).toBe(true);
    expect(after.State.StartedAt).not.toBe(before.State.StartedAt);
    expect((await lastSample(app)).memory.workingSetBytes).toBeLessThan(40 * MB);
    expect(await (await fetch(app.url)).text()).toContain("hello");
  });

  test("kills, and the service has failed with what was seen; another with the same rule and less use goes on", async ({
    workspace,
  }) => {
    const resources = { intervalMs: 200, rules: [{ metric: "memoryBytes", above: 60 * MB, action: "kill" }] } as const;
    const environment = await workspace.start({
      greedy: container(images.service, { resources }),
      modest: container(images.service, { resources }),
    });
    const { greedy, modest } = environment.services;
    const failed = Promise.withResolvers<unknown>();
    environment.on("container:state", ({ name, to, error }) => {
      if (name === "greedy" && to === "failed") failed.resolve(error);
    });
    await hold(modest, 20 * MB);

    await hold(greedy, 80 * MB).catch(() => undefined); // It may be killed before it can tell.
    const error = await failed.promise;

    expect(hasCode(error, "CLEANROOM_OUT_OF_MEMORY")).toBe(true);
    expect((error as ResourceError).details).toMatchObject({ resource: "memory", outcome: "killed", limit: 60 * MB });
    expect((error as ResourceError).details.observed).toBeGreaterThan(60 * MB);
    expect((await engine.inspectExisting(greedy.id)).State).toMatchObject({ Running: false, ExitCode: 137 });
    expect((await engine.inspectExisting(modest.id)).State.Running).toBe(true);
  });

  test("keeps a limit of the disk that the engine cannot keep", async ({ workspace }) => {
    const limits = { disk: { bytes: 20 * MB, by: "monitor" } } as const;
    const environment = await workspace.start({
      greedy: container(images.service, { limits }),
      modest: container(images.service, { limits }),
    });
    const { greedy, modest } = environment.services;
    const told = exceeded(environment);

    await modest.exec(["dd", "if=/dev/zero", "of=/written", "bs=1000000", "count=10"]);
    await greedy.exec(["dd", "if=/dev/zero", "of=/written", "bs=1000000", "count=30"]);

    expect(await told).toMatchObject({ name: "greedy", metric: "layerBytes", action: "kill" });
    expect((await engine.inspectExisting(greedy.id)).State.Running).toBe(false);
    expect((await engine.inspectExisting(modest.id)).State.Running).toBe(true);
  });
});

/** The first time that a rule acts. */
function exceeded(environment: Pick<CleanroomEnvironment, "on">): Promise<ResourceExceededEvent> {
  const { promise, resolve } = Promise.withResolvers<ResourceExceededEvent>();
  environment.on("resource:exceeded", resolve);
  return promise;
}

/** Takes what is posted, at the address that is returned. */
async function listen(onPost: (body: unknown) => void): Promise<string> {
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      onPost(body);
      response.end();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** The first samples of a container. */
async function samplesOf(
  service: GenericContainer,
  count: number,
  options: MonitorOptions = {},
): Promise<readonly ResourceSample[]> {
  const samples: ResourceSample[] = [];
  for await (const sample of service.monitor(options)) {
    samples.push(sample);
    if (samples.length === count) break;
  }
  return samples;
}

async function lastSample(service: GenericContainer): Promise<ResourceSample> {
  const [sample] = await samplesOf(service, 1, { intervalMs: 200 });
  if (sample === undefined) throw new Error(`${service.name} has ended.`);
  return sample;
}

/** How many cores were in use on average, from the first sample to the last. */
function coresOver(samples: readonly ResourceSample[]): number {
  const [first, last] = [samples[0]!, samples.at(-1)!];
  return (last.cpu.usedMs - first.cpu.usedMs) / (last.atMs - first.atMs);
}

/** Has a process in the container hold so much memory, until the container ends. */
async function hold(service: GenericContainer, bytes: number): Promise<void> {
  const program = `vec($held, ${bytes - 1}, 8) = 1; print "done\\n"; close STDOUT; sleep`;
  const { stdout } = await service.exec([
    "sh",
    "-c",
    `rm -f /told; mkfifo /told; perl -e '${program}' > /told & cat /told`,
  ]);
  expect(stdout).toBe("done\n");
}

/** Sends so many bytes from one container to another, which reads them all. */
async function send(bytes: number, sender: GenericContainer, receiver: GenericContainer): Promise<void> {
  const server = "$server = IO::Socket::INET->new(Listen => 1, LocalPort => 9000); $peer = $server->accept;";
  const reading = receiver.exec(["perl", "-MIO::Socket::INET", "-e", `${server} while (sysread $peer, $_, 1e6) {}`]);
  const connected = `until exec 3<>/dev/tcp/${receiver.networkHost}/9000; do :; done 2>/dev/null`;
  await sender.exec(["bash", "-c", `${connected}; head -c ${bytes} /dev/zero >&3`]);
  expect((await reading).exitCode).toBe(0);
}

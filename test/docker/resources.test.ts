import { describe, expect } from "vitest";
import type { GenericContainer, MonitorOptions, ResourceSample } from "../../src/index.ts";
import { container } from "../../src/index.ts";
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

  test("tells the size of the layer to who wants it", async ({ workspace }) => {
    const { services } = await workspace.start({ app: container(images.service) });
    const layerOf = async (): Promise<number> => {
      for await (const { disk } of services.app.monitor({ measureLayer: true, intervalMs: 200 })) {
        if (disk.layerBytes !== undefined) return disk.layerBytes;
      }
      throw new Error("The container has ended.");
    };
    const before = await layerOf();

    await services.app.exec(["dd", "if=/dev/zero", "of=/written", "bs=1000000", "count=50"]);

    const grownBytes = (await layerOf()) - before;
    expect(grownBytes).toBeGreaterThan(47.5 * MB);
    expect(grownBytes).toBeLessThan(52.5 * MB);
    expect((await lastSample(services.app)).disk).not.toHaveProperty("layerBytes");
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
        await engine.restart(services.app.id);
      }
      if (seen.length === 5) await engine.interfere(services.app.id, "kill");
    }

    expect(seen.length).toBeGreaterThanOrEqual(5);
    expect(seen.every(({ cpu, network }) => cpu.usedCores >= 0 && network!.receivedBytesPerSecond >= 0)).toBe(true);
  });
});

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
  const { stdout } = await service.exec(["sh", "-c", `mkfifo /told; perl -e '${program}' > /told & cat /told`]);
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

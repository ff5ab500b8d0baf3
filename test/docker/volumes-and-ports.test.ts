import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { describe, expect, onTestFinished } from "vitest";
import type { PortRange } from "../../src/index.ts";
import { container, redis } from "../../src/index.ts";
import * as engine from "../support/engine.ts";
import { runInside } from "../support/run-inside.ts";
import { failureOf, images, test } from "../support/workspace.ts";

/** A volume of the test's own, gone with it. */
function volumeOfTest(): string {
  const name = `cleanroom-test-${process.pid}-${Math.random().toString(36).slice(2)}`;
  onTestFinished(() => engine.removeVolume(name));
  return name;
}

describe("a named volume", () => {
  test("keeps its data for the container that comes next, and is never removed", async ({ workspace }) => {
    const source = volumeOfTest();
    const mounts = [{ type: "volume", source, target: "/data" }] as const;
    const first = await workspace.start({ web: container(images.service, { mounts }) });
    const { id } = first.services.web;
    await runInside(id, "sh", "-c", "echo kept > /data/note");
    await first.cleanup();
    const second = await workspace.start({ web: container(images.service, { mounts }) });

    expect(await engine.inspect(id)).toBeUndefined();
    expect(await runInside(second.services.web.id, "cat", "/data/note")).toBe("kept\n");
    await second.cleanup();
    expect(await engine.hasVolume(source)).toBe(true);
  });

  test("that is read-only cannot be written to", async ({ workspace }) => {
    const source = volumeOfTest();
    const { services } = await workspace.start({
      web: container(images.service, { mounts: [{ type: "volume", source, target: "/data", readOnly: true }] }),
    });

    expect(await runInside(services.web.id, "touch", "/data/note")).toContain("Read-only file system");
  });

  test("gets what the image has there, unless it is to stay empty", async ({ workspace }) => {
    const [filled, empty] = [volumeOfTest(), volumeOfTest()];
    const { services } = await workspace.start({
      web: container(images.service, {
        mounts: [
          { type: "volume", source: filled, target: "/etc/apt" },
          { type: "volume", source: empty, target: "/etc/default", noCopy: true },
        ],
      }),
    });

    expect(await runInside(services.web.id, "ls", "/etc/apt")).toContain("trusted.gpg.d");
    expect(await runInside(services.web.id, "ls", "-A", "/etc/default")).toBe("");
  });
});

test("a volume without a name, and one of the image, go with their container", async ({ workspace }) => {
  const name = `cleanroom-test/volume-${process.pid}:1`;
  await engine.deriveImage(images.service, name, { Cmd: ["service"], Volumes: { "/of-the-image": {} } });
  onTestFinished(() => engine.removeImage(name));
  const environment = await workspace.start({
    web: container(name, { mounts: [{ type: "volume", target: "/own" }] }),
  });
  const { id } = environment.services.web;
  await runInside(id, "touch", "/own/note");
  const mounted = (await engine.inspectExisting(id)).Mounts;
  const names = mounted.map((mount) => mount.Name ?? "");

  expect(mounted.map((mount) => mount.Destination).toSorted()).toEqual(["/of-the-image", "/own"]);
  expect(await engine.volumesNamed(names)).toHaveLength(2);
  await environment.cleanup();
  expect(await engine.volumesNamed(names)).toEqual([]);
});

describe("a range of ports", () => {
  test("gives each container one of its own, and none when all are taken", async ({ workspace }) => {
    const hostPort = await freeRange(2);
    const cache = redis(images.redis, { hostPort });
    const web = (label: string): ReturnType<typeof container> =>
      container(images.service, { labels: { label }, ports: [{ containerPort: 8080, hostPort }] });
    const { services } = await workspace.start({ cache, web: web("first") });

    const taken = await Promise.all([services.cache.id, services.web.id].map(publishedBy));
    expect(taken.toSorted()).toEqual([String(hostPort.from), String(hostPort.to)]);
    const error = await failureOf(workspace.start({ third: web("third") }));
    expect(error).toMatchObject({ code: "CLEANROOM_PORT_IN_USE" });
    expect((error as Error).message).toContain(
      `ports ${hostPort.from} to ${hostPort.to} of this machine are all taken`,
    );
  });

  test("does not include what another program listens on", async ({ workspace }) => {
    const hostPort = await freeRange(2);
    const server = createServer().listen(hostPort.from, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const { services } = await workspace.start({
      web: container(images.service, { ports: [{ containerPort: 8080, hostPort }] }),
    });

    expect(await publishedBy(services.web.id)).toBe(String(hostPort.to));
    expect(await (await fetch(`http://127.0.0.1:${hostPort.to}`)).text()).toBe("hello");
  });

  test("does not include it after a restart either", async ({ workspace }) => {
    const hostPort = await freeRange(2);
    const { services } = await workspace.start({
      web: container(images.service, { ports: [{ containerPort: 8080, hostPort }] }),
    });
    const { web } = services;
    const own = web.port();
    const server = createServer().listen(hostPort.from + hostPort.to - own, "127.0.0.1"); // The engine would try it next.
    await once(server, "listening");
    onTestFinished(() => void server.close());

    await web.restart();

    expect(web.port()).toBe(own);
    expect(await publishedBy(web.id)).toBe(String(own));
  });
});

/** The only port of this machine that a container publishes. */
async function publishedBy(id: string): Promise<string | undefined> {
  const { Ports } = (await engine.inspectExisting(id)).NetworkSettings;
  return Object.values(Ports).flat()[0]?.HostPort;
}

/** Ports in a row on which nothing listened a moment ago, below those that the kernel hands out by itself. */
async function freeRange(length: number): Promise<PortRange> {
  for (let from = 20_000 + Math.floor(Math.random() * 10_000); ; from += length) {
    const to = from + length - 1;
    const ports = Array.from({ length }, (_, index) => from + index);
    const free = await Promise.all(ports.map(isFree));
    if (free.every(Boolean)) return { from, to };
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen(port, "127.0.0.1"), "listening");
    return (server.address() as AddressInfo).port === port;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { join } from "node:path";
import { XMLParser } from "fast-xml-parser";
import { Redis } from "ioredis";
import pg from "pg";
import { afterEach, describe, expect, vi } from "vitest";
import { metrics as printMetrics } from "../../src/cli/metrics.ts";
import type { CleanroomEnvironment as Environment, ServiceProxy } from "../../src/index.ts";
import {
  attachService,
  CleanroomEnvironment,
  command,
  container,
  junitXml,
  postgres,
  prometheusText,
  redis,
} from "../../src/index.ts";
import * as engine from "../support/engine.ts";
import { parsePrometheus, valueOf } from "../support/prometheus.ts";
import { library, runCleanroom, startCleanroom } from "../support/run-cleanroom.ts";
import { failureOf, images, test } from "../support/workspace.ts";

const MB = 1_000_000;

/** What `cleanroom metrics --json` prints, as far as it is looked at here. */
interface PrintedMetrics {
  readonly services: readonly {
    readonly containerName: string;
    readonly metrics: { readonly container: { readonly startedAtMs: number } };
  }[];
}

afterEach(() => {
  vi.unstubAllEnvs();
});

/** What a client is told that connects to a proxy which is closed. */
async function refusalOf({ port, host }: ServiceProxy): Promise<string | undefined> {
  const [error] = (await once(connect(port, host), "error")) as [NodeJS.ErrnoException];
  return error.code;
}

/** Resolves when a container of the environment gets into a state. */
function nextState(environment: Pick<Environment, "on">, state: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  environment.on("container:state", ({ to }) => {
    if (to === state) resolve(undefined);
  });
  return promise;
}

async function startOf(id: string): Promise<number> {
  return Date.parse((await engine.inspectExisting(id)).State.StartedAt);
}

describe("what a container uses", () => {
  test("is told with its uptime, from the start that the engine tells, a restart included", async ({ workspace }) => {
    const { services } = await workspace.start({
      app: container(images.service, { limits: { memoryBytes: 300 * MB } }),
    });
    const { app } = services;
    const before = (await app.metrics()).container!;
    const askedAtMs = Date.now();
    const startedAtMs = await startOf(app.id);

    expect(before.id).toBe(app.id);
    expect(before.startedAtMs).toBe(startedAtMs);
    expect(Math.abs(before.uptimeMs - (askedAtMs - startedAtMs))).toBeLessThan(1_000);

    await app.restart();
    const after = (await app.metrics()).container!;

    expect(after.startedAtMs).toBe(await startOf(app.id));
    expect(after.startedAtMs).toBeGreaterThan(before.startedAtMs);
    expect(Math.abs(after.uptimeMs - (Date.now() - after.startedAtMs))).toBeLessThan(1_000);
  });

  test("is what the engine counts: processor time, memory, processes, and what went over the network", async ({
    workspace,
  }) => {
    const { services } = await workspace.start({
      app: container(images.service, { ports: [8080], limits: { memoryBytes: 300 * MB }, network: true }),
    });
    const { app } = services;
    await app.exec(["sh", "-c", "i=0; while [ $i -lt 100000 ]; do i=$((i + 1)); done"]);
    const before = await engine.cpuUse(app.id);
    const { container: uses } = await app.metrics();
    const after = await engine.cpuUse(app.id);

    expect(uses!.cpu.usedMs).toBeGreaterThanOrEqual(before.usedMs);
    expect(uses!.cpu.usedMs).toBeLessThanOrEqual(after.usedMs);
    expect(uses!.cpu.usedCores).toBeCloseTo(uses!.cpu.usedMs / uses!.uptimeMs, 6); // The first time, since its start.
    expect(uses!.memory.limitBytes).toBeGreaterThan(299 * MB);
    expect(uses!.memory.workingSetBytes).toBeGreaterThan(0);
    expect(uses!.pids!.current).toBeGreaterThanOrEqual(1);
    expect(Object.keys(uses!.network!.interfaces)).toContain("eth0");

    await once(connect(app.port(8080), app.host), "connect");
    const again = (await app.metrics()).container!;
    const usedMs = again.cpu.usedMs - uses!.cpu.usedMs;
    expect(again.cpu.usedCores).toBeCloseTo(usedMs / (again.atMs - uses!.atMs), 6);
    expect(again.network!.receivedBytes).toBeGreaterThan(uses!.network!.receivedBytes);
  });

  test("is told to a process that is only attached, and not told of a container that has ended", async ({
    workspace,
  }) => {
    const app = container(images.service);
    const environment = await workspace.start({ app });
    await using attached = await attachService(app, environment.connections["app"]!);

    expect((await attached.handle.metrics()).container!.startedAtMs).toBe(await startOf(attached.handle.id));

    await engine.interfere(attached.handle.id, "kill");
    expect(await attached.handle.metrics()).not.toHaveProperty("container");
  });
});

describe("how a service is", () => {
  test("is counted: seven checks of which two failed", async ({ workspace }) => {
    // The container itself counts its checks; from the eighth on they do not end.
    const check = `n=$(($(cat /tmp/n 2>/dev/null || echo 0) + 1)); echo $n > /tmp/n
      [ $n -gt 7 ] && exec sleep 600; [ $n != 3 ] && [ $n != 5 ]`;
    const environment = await workspace.start({
      app: container(images.service, {
        ports: [8080],
        supervision: {
          readiness: command(["sh", "-c", check]),
          ...{ intervalMs: 100, timeoutMs: 600_000, failureThreshold: 1, successThreshold: 1 },
        },
        stopGraceMs: 0,
      }),
    });
    const { app } = environment.services;
    const checksBegun = async (): Promise<string> => (await app.exec(["cat", "/tmp/n"])).stdout.trim();
    await vi.waitUntil(async () => (await checksBegun()) === "8", { timeout: 30_000 });

    const { health, performance } = await app.metrics();

    expect(health).toMatchObject({ status: "healthy", checks: 7, failures: 2 });
    expect(health.readiness).toMatchObject({ checks: 7, failures: 2, lastFailure: expect.any(String) as string });
    expect(health).not.toHaveProperty("liveness");
    expect(health.readiness!.timeInMs.unhealthy).toBeGreaterThan(0);
    expect(health.readiness!.timeInMs.healthy).toBeGreaterThan(0);
    expect(performance.probes).toMatchObject({ count: 7, failures: 2 });
    expect(performance.probes!.p50Ms).toBeGreaterThan(0);
  });

  test("is unknown, and nothing was checked, where nothing watches it", async ({ workspace }) => {
    const { services } = await workspace.start({ app: container(images.service) });

    const { health, performance } = await services.app.metrics();

    expect(health).toEqual({ status: "unknown", checks: 0, failures: 0 });
    expect(performance).toEqual({});
  });
});

describe("how fast a service answers", () => {
  test("is measured by who calls it, and by a proxy in front of it: 200 queries that take 20 ms", async ({
    workspace,
  }) => {
    const environment = await workspace.start({ db: postgres(images.postgres) });
    const { db } = environment.services;
    const proxy = await db.proxy();
    const client = new pg.Client({ connectionString: proxy.url });
    await client.connect();
    const calls: number[] = [];

    const beganAtMs = performance.now();
    for (let call = 0; call < 200; call += 1) {
      const calledAtMs = performance.now();
      await environment.measure("sleep", () => client.query("SELECT pg_sleep(0.02)"));
      calls.push(performance.now() - calledAtMs);
    }
    const elapsedMs = performance.now() - beganAtMs;
    await client.end();

    const { measurements, services } = await environment.metrics();
    const { sleep } = measurements;
    expect(sleep).toMatchObject({ count: 200, failures: 0 });
    expect(sleep!.p50Ms).toBeGreaterThan(18);
    expect(sleep!.perSecond / (200_000 / elapsedMs)).toBeGreaterThan(0.98);
    expect(sleep!.perSecond / (200_000 / elapsedMs)).toBeLessThan(1.02);
    const sorted = calls.toSorted((a, b) => a - b);
    expect(sleep!.p50Ms / sorted[99]!).toBeGreaterThan(0.9);
    expect(sleep!.p50Ms / sorted[99]!).toBeLessThan(1.1);
    expect(sleep!.p95Ms / sorted[189]!).toBeGreaterThan(0.9);
    expect(sleep!.p95Ms / sorted[189]!).toBeLessThan(1.1);
    const { traffic } = services["db"]!.performance;
    expect(traffic!.responseTime!.p50Ms).toBeGreaterThan(18);
    expect(traffic!.responseTime!.p50Ms).toBeLessThan(sleep!.p50Ms * 1.05); // It is a part of what the caller waits.
    expect(traffic!.latency!.p50Ms).toBeLessThanOrEqual(traffic!.responseTime!.p50Ms);
    expect(traffic!.responseTime!.count).toBeGreaterThanOrEqual(200);
    expect(traffic!.responseTime!.count).toBeLessThan(210); // Those in which the driver logs in.
    expect(traffic).toMatchObject({ connections: 1, failedConnections: 0 });
  });

  test("what is measured is passed on, and counted as failed when it fails", async ({ workspace }) => {
    const environment = await workspace.start({});
    const failure = new Error("no");

    expect(await environment.measure("work", () => 1)).toBe(1);
    expect(await failureOf(environment.measure("work", () => Promise.reject(failure)))).toBe(failure);
    expect(
      await failureOf(
        environment.measure("work", () => {
          throw failure;
        }),
      ),
    ).toBe(failure);

    expect((await environment.metrics()).measurements["work"]).toMatchObject({ count: 3, failures: 2 });
  });
});

describe("a proxy", () => {
  test("passes Redis on as it is, a pipeline, a megabyte and a subscription included", async ({ workspace }) => {
    const { services } = await workspace.start({ cache: redis(images.redis) });
    const proxy = await services.cache.proxy();
    const [client, subscriber, direct] = [new Redis(proxy.url), new Redis(proxy.url), new Redis(services.cache.url)];
    const big = "x".repeat(MB);

    await client.set("big", big);
    const told = once(subscriber, "message");
    await subscriber.subscribe("news");
    await direct.publish("news", "now");
    const answers = await client.pipeline().incr("n").incr("n").get("n").exec();

    expect(await direct.get("big")).toBe(big);
    expect(await client.get("big")).toBe(big);
    expect(await told).toEqual(["news", "now"]);
    expect(answers).toEqual([
      [null, 1],
      [null, 2],
      [null, "2"],
    ]);
    const { traffic } = (await services.cache.metrics()).performance;
    expect(traffic).toMatchObject({ connections: 2, failedConnections: 0 });
    expect(traffic!.sentBytes).toBeGreaterThan(MB);
    expect(traffic!.receivedBytes).toBeGreaterThan(MB);
    for (const each of [client, subscriber, direct]) await each.quit();
  });

  test("leads to a part under its URL, and to the service after a restart that changed its port", async ({
    workspace,
  }) => {
    const { services } = await workspace.start({ db: postgres(images.postgres, { durable: true }) });
    const proxy = await services.db.proxy();
    await using database = await services.db.isolate();
    const client = new pg.Client({ connectionString: proxy.urlOf(database.url) });
    await client.connect();
    const { rows } = await client.query<{ name: string }>("SELECT current_database() AS name");
    expect(rows).toEqual([{ name: database.database }]);
    await client.end();

    await services.db.restart();
    const again = new pg.Client({ connectionString: proxy.url });
    await again.connect();
    await again.end();
    expect(new URL(proxy.url).port).toBe(String(proxy.port));
  });

  test("tells of HTTP which requests failed, and how long they took", async ({ workspace }) => {
    const slow = createServer((request, response) => {
      setTimeout(() => response.writeHead(request.url === "/broken" ? 500 : 200).end("done"), 20);
    });
    slow.listen(0, "127.0.0.1");
    await once(slow, "listening");
    vi.stubEnv("CLEANROOM_URL_API", `http://127.0.0.1:${(slow.address() as AddressInfo).port}`);
    const { services } = await workspace.start({ api: container(images.service, { ports: [8080] }) });
    const proxy = await services.api.proxy();

    for (const path of ["/", "/broken", "/", "/"]) await (await fetch(new URL(path, proxy.url))).text();

    const { traffic } = (await services.api.metrics()).performance;
    expect(traffic!.responseTime).toMatchObject({ count: 4, failures: 1 });
    expect(traffic!.latency!.minMs).toBeGreaterThan(18);
    slow.closeAllConnections();
    slow.close();
  });

  test("passes on that the service does not answer any more, and counts it", async ({ workspace }) => {
    const environment = await workspace.start({
      app: container(images.service, { ports: [8080], env: { HANG: "1" } }),
    });
    const { app } = environment.services;
    const proxy = await app.proxy();
    const cut = connect(proxy.port, proxy.host);
    cut.write("GET / HTTP/1.1\r\n\r\n");
    await vi.waitUntil(async () => ((await app.metrics()).performance.traffic?.sentBytes ?? 0) > 0);
    const failed = nextState(environment, "failed");
    const closed = once(
      cut.on("error", () => undefined),
      "close",
    );
    await engine.interfere(app.id, "kill");
    await Promise.all([failed, closed]);

    const refused = connect(proxy.port, proxy.host);
    const [error] = (await once(refused, "error")) as [NodeJS.ErrnoException];
    expect(error.code).toBe("ECONNRESET");
    expect((await app.metrics()).performance.traffic!.failedConnections).toBeGreaterThan(0);
  });

  test("is closed by whoever opened it, and by the environment's cleanup at the latest", async ({ workspace }) => {
    const environment = await workspace.start({ app: container(images.service, { ports: [8080] }) });
    const { app } = environment.services;
    const [mine, forgotten] = [await app.proxy(), await app.proxy()];
    expect(await failureOf(app.proxy({ port: forgotten.port }))).toMatchObject({ code: "CLEANROOM_CONFIGURATION" });
    expect(await failureOf(app.proxy({ containerPort: 9 }))).toMatchObject({ code: "CLEANROOM_CONFIGURATION" });
    const open = connect(forgotten.port, forgotten.host);
    await once(open, "connect");

    await mine[Symbol.asyncDispose]();
    expect(await refusalOf(mine)).toBe("ECONNREFUSED");
    const closed = once(open, "close");
    await environment.cleanup();

    await closed;
    expect(await refusalOf(forgotten)).toBe("ECONNREFUSED");
    expect(await failureOf(app.proxy())).toMatchObject({ code: "CLEANROOM_LIFECYCLE" });
  });
});

describe("metrics of an environment", () => {
  test("are text that a parser of Prometheus reads, with the numbers of the engine", async ({ workspace }) => {
    const environment = await workspace.start({ app: container(images.service, { ports: [8080], supervision: true }) });
    const { app } = environment.services;
    await vi.waitUntil(async () => (await app.metrics()).health.checks > 0);
    await environment.measure('a "name"\\\n', () => undefined);
    const metrics = await environment.metrics();
    const families = parsePrometheus(prometheusText(metrics));

    const started = valueOf(families, "cleanroom_container_start_time_seconds", { service: "app" });
    expect(started).toBeCloseTo((await startOf(app.id)) / 1_000, 2);
    expect(valueOf(families, "cleanroom_events_total", { event: "container:ready" })).toBe(1);
    const labels = { name: 'a "name"\\\n' };
    const median = valueOf(families, "cleanroom_measurement_duration_seconds", { ...labels, quantile: "0.5" });
    expect(median).toBe(metrics.measurements[labels.name]!.p50Ms / 1_000);
    expect(valueOf(families, "cleanroom_measurement_duration_seconds_count", labels)).toBe(1);
    const { checks } = metrics.services["app"]!.health;
    expect(valueOf(families, "cleanroom_health_checks_total", { check: "readiness" })).toBe(checks);
  });

  test("tell how each start went, one that failed included", async ({ workspace }) => {
    const environment = await workspace.start({ app: container(images.service) });
    const failing = environment.getOrCreateContainer("bad", () =>
      container(images.service, { ports: [8080], command: ["sh", "-c", "exit 3"] }),
    );
    const error = await failureOf(failing);

    const { starts, events } = await environment.metrics();

    expect(starts).toMatchObject([
      { name: "app", outcome: "ready", attempts: 1, timings: { pullMs: 0 } },
      { name: "bad", outcome: "failed", error: (error as Error).message },
    ]);
    expect(events).toMatchObject({ "container:ready": 1, "start:failed": 1 });
    expect(casesIn(junitXml(await environment.metrics()))).toMatchObject([
      { name: "start app", properties: expect.anything() as unknown },
      { name: "start bad", failure: { message: expect.stringContaining("exited with code 3") as string } },
    ]);
  });
});

describe("cleanroom metrics", () => {
  test("tells of each service what the engine tells of its container", async ({ workspace }) => {
    await workspace.start({ app: container(images.service, { ports: [8080] }) });
    const [app] = await workspace.containers();
    const printed = vi.spyOn(console, "log").mockReturnValue();

    await printMetrics({ json: true });

    const { services } = JSON.parse(String(printed.mock.calls[0]![0])) as PrintedMetrics;
    const own = services.find(({ containerName }) => containerName === app!.Name.slice(1))!;
    expect(own.metrics.container.startedAtMs).toBe(Date.parse(app!.State.StartedAt));
  });

  test("prints JSON and text for Prometheus, and answers it at a port, of all services that are shared", async ({
    workspace,
  }) => {
    const { directory } = workspace;
    await workspace.write({
      "cleanroom.config.ts": `import { container } from ${library};
        export default { services: { app: container("${images.service}", { ports: [8080], supervision: true }) } };`,
    });
    await using _environment = await CleanroomEnvironment.start(undefined, { rootDirectory: directory });
    const [app] = await workspace.containers();
    const startedAtMs = Date.parse(app!.State.StartedAt);
    const labels = { service: "app", container: app!.Name.slice(1), shared_by: `project:${directory}` };

    const json = JSON.parse((await runCleanroom({ directory }, "metrics", "--json")).output) as PrintedMetrics;
    const own = json.services.find(({ containerName }) => containerName === labels.container)!;
    expect(own.metrics.container.startedAtMs).toBe(startedAtMs);

    const printed = parsePrometheus((await runCleanroom({ directory }, "metrics", "--prometheus")).output);
    expect(valueOf(printed, "cleanroom_service_info", { ...labels, state: "ready" })).toBe(1);

    const serving = startCleanroom({ directory }, "metrics", "--port", "0");
    const [url] = /http:\S+\/metrics/.exec(await serving.prints(/\/metrics\. /))!;
    const scraped = await fetch(url);
    const families = parsePrometheus(await scraped.text());
    expect(scraped.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    const started = valueOf(families, "cleanroom_container_start_time_seconds", labels);
    expect(started).toBeCloseTo(startedAtMs / 1_000, 2);
    expect((await fetch(`${url}?name[]=up`)).status).toBe(200);
    expect((await fetch(url.replace("/metrics", "/"))).status).toBe(404);
    serving.child.kill("SIGINT");
    await serving.ended;

    const table = (await runCleanroom({ directory }, "metrics")).output;
    expect(table).toMatch(/^SERVICE +STATE +CONTAINER +UPTIME +CORES +MEMORY +HEALTH +CHECKS \(FAILED\) +PROBE P95\n/);
    expect(table).toContain(labels.container);
    expect(await runCleanroom({ directory }, "metrics", "--port", "x")).toMatchObject({ code: 1 });
  });
});

test("cleanroom run --junit writes a report of the starts, one that failed included", async ({ workspace }) => {
  const { directory } = workspace;
  await workspace.write({
    "cleanroom.config.ts": `import { container } from ${library};
      const image = "${images.service}";
      const bad = container(image, { ports: [8080], command: ["sh", "-c", "exit 3"] });
      export default { services: { app: container(image, { ports: [8080] }), bad } };`,
  });

  const good = await runCleanroom({ directory }, "run", "--service", "app", "--junit", "out/good.xml", "--", "true");
  const bad = await runCleanroom({ directory }, "run", "--service", "bad", "--junit", "out/bad.xml", "--", "true");

  expect([good.code, bad.code]).toEqual([0, 1]);
  const reportOf = (name: string): Promise<string> => readFile(join(directory, "out", name), "utf8");
  expect(casesIn(await reportOf("good.xml"))).toMatchObject({ name: "start app" });
  expect(casesIn(await reportOf("bad.xml"))).toMatchObject({
    name: "start bad",
    failure: { message: expect.stringContaining("exited with code 3") as string },
  });
});

/** What a parser of XML finds in a JUnit report. */
function casesIn(xml: string): unknown {
  const parser = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: "" });
  const report = parser.parse(xml) as { testsuites: { testsuite: { testcase: unknown } } };
  return report.testsuites.testsuite.testcase;
}

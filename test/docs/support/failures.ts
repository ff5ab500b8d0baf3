import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CleanroomEnvironment, command, container, http, postgres, redis } from "../../../src/index.ts";
import * as engine from "../../support/engine.ts";
import type { CleanroomError, Divider, RecoveryOptions, Services } from "../../../src/index.ts";

/** How the service of test/images is told to exit. */
const exits = { EXIT_AFTER_MS: "50", EXIT_CODE: "3", LISTEN_AFTER_MS: "5000" };

function exiting(recovery: RecoveryOptions = {}): Services[string] {
  return container("acme/api:1", {
    ...{ ports: [8080], recovery },
    env: { LOG_ERROR: "DATABASE_URL is not set", ...exits },
  });
}

const substitutes = {
  "acme/api:1": "cleanroom-test/service:1",
  "postgres:17-alpine": "cleanroom-test/postgres:15",
  "redis:8-alpine": "cleanroom-test/redis:7",
  "python:3.13-alpine": "cleanroom-test/orders-app:1",
};

/** Ways to fail, by the name that a document gives them: `<!-- test: message=unknown-option -->`. */
export const failures: Readonly<Record<string, () => Promise<unknown>>> = {
  "unknown-option": () => start({ db: postgres("postgres:17-alpine", { databse: "shop" } as object) }),
  "no-configuration": async () => {
    await using directory = await temporaryDirectory({});
    await CleanroomEnvironment.start(undefined, { rootDirectory: directory.path });
  },
  "misspelt-data": async () => {
    const text = "services:\n  db:\n    type: postgres\n    image: postgres:17\n    databse: shop\n";
    await using directory = await temporaryDirectory({ "cleanroom.config.yaml": text });
    await CleanroomEnvironment.start(undefined, { rootDirectory: directory.path });
  },
  "no-engine": () => withVariable("DOCKER_HOST", "tcp://127.0.0.1:1", () => start({})),
  "image-not-found": () => start({ api: container("acme/api:99", { pullPolicy: "never" }) }),
  "registry-unreachable": () => start({ api: container("127.0.0.1:1/acme/api:1") }),
  "port-in-use": async () => {
    const server = createServer().listen(15_432, "127.0.0.1");
    await once(server, "listening");
    try {
      return await start({ db: postgres("postgres:17-alpine", { hostPort: (server.address() as AddressInfo).port }) });
    } finally {
      server.close();
    }
  },
  "creation-refused": () => start({ api: container("acme/api:1", { security: { addCapabilities: ["NET_ADMINN"] } }) }),
  "init-failed": () => start({ api: container("python:3.13-alpine", { init: [["python3", "/seed.py"]] }) }),
  "exited-at-start": () => start({ api: exiting() }),
  "kept-failure": () => start({ api: exiting() }, { keepOnFailure: true }),
  retried: () => start({ api: exiting({ retry: { attempts: 2, delayMs: 1 } }) }),
  "fallback-failed": () =>
    start({ api: container("acme/api:99", { pullPolicy: "never", recovery: { fallback: exiting() } }) }),
  "command-not-runnable": () => start({ api: container("acme/api:1", { command: ["serve"] }) }),
  "out-of-memory": () =>
    start({
      report: container("python:3.13-alpine", {
        // Five times: now and then an engine misses that it was memory a process was killed for.
        command: ["sh", "-c", `echo page 1; for i in 1 2 3 4 5; do python3 -c "bytearray(10**9)"; done 2>/dev/null`],
        limits: { memoryBytes: 32 * 1024 * 1024 },
        health: command(["true"], { exitCode: 1 }),
      }),
    }),
  "out-of-processes": () =>
    start({
      report: container("python:3.13-alpine", {
        command: ["sh", "-c", "echo page 1; for i in $(seq 20); do sleep 9 & done"],
        limits: { pids: 10 },
        health: command(["true"], { exitCode: 1 }),
      }),
    }),
  "never-healthy": () =>
    start({
      api: container("acme/api:1", {
        env: { READY_STATUS: "503", LOG: "waiting for migrations" },
        ports: [8080],
        health: http({ port: 8080, path: "/ready" }),
        startTimeoutMs: 2000,
      }),
    }),
  "failed-migration": () =>
    withSql("CREATE TABLE customer_order (\n  id integer PRIMARY KEY,\n  sku txet NOT NULL\n);\n", (directory) =>
      start({ db: postgres("postgres:17-alpine", { migrations: ["*.sql"] }) }, { rootDirectory: directory }),
    ),
  "migration-without-rights": () =>
    withSql("CREATE EXTENSION pageinspect;\n", (directory) =>
      start({ db: postgres("postgres:17-alpine", { migrations: ["*.sql"] }) }, { rootDirectory: directory }),
    ),
  "failed-command": async () => {
    const says = "001_orders: the table customer_order exists already";
    await using directory = await temporaryDirectory({
      "migrate.js": `console.error("${says}"); process.exitCode = 1;`,
    });
    const migrate = { command: ["node", "migrate.js"], inputs: ["migrate.js"] };
    return await start({ db: postgres("postgres:17-alpine", { migrate }) }, { rootDirectory: directory.path });
  },
  "unknown-extension": () => start({ db: postgres("postgres:17-alpine", { extensions: ["pgcypto"] }) }),
  "existing-wrong-url": () =>
    withVariable("CLEANROOM_URL_DB", "redis://127.0.0.1:6379/0", () => start({ db: postgres("postgres:17-alpine") })),
  "start-timeout": () =>
    withSql("SELECT pg_sleep(60);\n", (directory) =>
      start(
        { db: postgres("postgres:17-alpine", { migrations: ["*.sql"], startTimeoutMs: 20000 }) },
        { rootDirectory: directory },
      ),
    ),
  "isolation-exhausted": async () => {
    await using environment = await start({ cache: redis("redis:8-alpine", { databases: 16 }) });
    for (let taken = 0; taken < 15; taken += 1) await environment.services.cache.isolate();
  },
  "not-on-network": async () => {
    await using environment = await start({ cache: redis("redis:8-alpine") });
    return environment.services.cache.networkUrl;
  },
  "port-not-published": async () => {
    await using environment = await start({ api: container("acme/api:1", { ports: [8080] }) });
    return environment.services.api.port(9090);
  },
  "after-cleanup": async () => {
    const environment = await start({});
    await environment.cleanup();
    await environment.getOrCreateContainer("cache", () => redis("redis:8-alpine"));
  },
  "own-part-fails": async () => {
    const open = (): Divider => ({
      make: () => Promise.reject(new Error("Access denied for user 'root'")),
      remove: () => Promise.resolve(),
      list: () => Promise.resolve([]),
    });
    const db = container("acme/api:1", { ports: [8080], isolation: { parts: { open, attach: () => ({}) } } });
    await using environment = await start({ db });
    await environment.services.db.isolate();
  },
  "engine-request": async () => {
    await using environment = await start({ api: container("acme/api:1") });
    const { api } = environment.services;
    await environment.registry.delete("api");
    await api.exec(["date"]);
  },
};

/** What a failure says, with the names of images that documents use, and what the engine said, which differs by version. */
export async function failureNamed(name: string): Promise<{ readonly message: string; readonly reason: string }> {
  const error = await failures[name]?.().then(
    async (started) => {
      if (started instanceof CleanroomEnvironment) await started.cleanup();
      return undefined;
    },
    (thrown: unknown) =>
      thrown as CleanroomError & { readonly details?: { readonly reason?: string; readonly keptAs?: string } },
  );
  if (error?.details?.keptAs !== undefined) await engine.removeContainer(error.details.keptAs);
  if (error === undefined) throw new Error(`${name} is no failure`);
  return { message: asInDocuments(error.message), reason: asInDocuments(error.details?.reason ?? "") };
}

function asInDocuments(text: string): string {
  const said = text.replaceAll(/\S*cleanroom-docs-\w+/g, "/home/you/shop");
  return Object.entries(substitutes).reduce((words, [image, ours]) => words.replaceAll(ours, image), said);
}

function start<const Configured extends Services>(
  services: Configured,
  { keepOnFailure = false, ...options }: { readonly rootDirectory?: string; readonly keepOnFailure?: boolean } = {},
): Promise<CleanroomEnvironment<Configured>> {
  return CleanroomEnvironment.start<Configured>(
    { services, keepOnFailure, customizers: [(spec) => ({ ...spec, image: ourImage(spec.image) })] },
    options,
  );
}

function ourImage(image: string): string {
  return Object.entries(substitutes).find(([name]) => name === image)?.[1] ?? image;
}

async function withSql<T>(sql: string, work: (directory: string) => Promise<T>): Promise<T> {
  await using directory = await temporaryDirectory({ "001_orders.sql": sql });
  return await work(directory.path);
}

async function temporaryDirectory(
  files: Readonly<Record<string, string>>,
): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), "cleanroom-docs-"));
  for (const [name, content] of Object.entries(files)) await writeFile(join(path, name), content);
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

async function withVariable<T>(name: string, value: string, work: () => Promise<T>): Promise<T> {
  const before = process.env[name];
  process.env[name] = value;
  try {
    return await work();
  } finally {
    if (before === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = before;
  }
}

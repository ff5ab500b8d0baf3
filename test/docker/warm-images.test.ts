import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, vi } from "vitest";
import { connectImages } from "../../src/backend/engine-api/connect-caretaker.ts";
import { evictionPolicies } from "../../src/caches/eviction-policy.ts";
import type { CleanroomEnvironment, PostgresOptions, Services } from "../../src/index.ts";
import { postgres } from "../../src/index.ts";
import { systemClock } from "../../src/time/system-clock.ts";
import { LastUse } from "../../src/warm/last-use.ts";
import { tidyWarmImages } from "../../src/warm/tidy-warm-images.ts";
import { askPostgres } from "../support/ask-postgres.ts";
import * as engine from "../support/engine.ts";
import type { Workspace } from "../support/workspace.ts";
import { images, test } from "../support/workspace.ts";

const stateDirectory = process.env["CLEANROOM_STATE_DIR"] ?? "";
const patience = { timeout: 60_000, interval: 20 };

/** Different in every server that runs it. */
const sql = `
  create table origin as select random() as number, pg_postmaster_start_time() as "startedAt";
  create unlogged table volatile as select 1 as one;
  create role reader;
  alter database test set work_mem = '7MB';
`;

async function owner(): Promise<string> {
  const identity = await readFile(join(stateDirectory, "identity.json"), "utf8");
  return (JSON.parse(identity) as { readonly owner: string }).owner;
}

async function warmImages(): Promise<readonly engine.ListedImage[]> {
  return engine.imagesLabelled(`dev.cleanroom.warm.owner=${await owner()}`);
}

function coordinatorLog(): string {
  const files = readdirSync(stateDirectory, { recursive: true }).map(String);
  const logs = files.filter((file) => file.endsWith("coordinator.log"));
  return logs.map((file) => readFileSync(join(stateDirectory, file), "utf8")).join("");
}

/** Resolves when the coordinator has ended, which it does not before its work is done. */
async function coordinatorEnded(): Promise<void> {
  await vi.waitUntil(() => coordinatorLog().trimEnd().endsWith("Nothing is left to look after."), patience);
}

async function builders(): Promise<readonly string[]> {
  return (await engine.containersLabelled("dev.cleanroom.warm.builder"))
    .filter(({ Labels }) => Labels["dev.cleanroom.owner"] !== undefined)
    .map(({ Id }) => Id);
}

function server(options: PostgresOptions = {}, image: string = images.postgres) {
  return { db: postgres(image, { migrations: ["sql/*.sql"], ...options }) };
}

interface Start<Configured extends Services> {
  readonly environment: CleanroomEnvironment<Configured>;
  readonly isWarm: boolean;
  readonly failures: readonly string[];
}

async function start<const Configured extends Services>(
  workspace: Workspace,
  services: Configured,
  isOn = true,
): Promise<Start<Configured>> {
  let isWarm = false;
  const failures: string[] = [];
  const environment = await workspace.start(services, {
    warmImages: isOn,
    listeners: {
      "container:ready": (event) => {
        ({ isWarm } = event);
      },
      "warm-image:failed": ({ reason }) => failures.push(reason),
    },
  });
  return { environment, isWarm, failures };
}

function ask<T extends object>({ url }: { readonly url: string }, query: string): Promise<readonly T[]> {
  return askPostgres<T>(url, query);
}

function originOf(db: { readonly url: string }): Promise<readonly object[]> {
  return ask(db, "select * from origin");
}

/** Starts a server, ends it, and waits until everything that is to be made of it is made. */
async function startOnce(workspace: Workspace, services = server(), isOn = true): Promise<readonly object[]> {
  const { environment } = await start(workspace, services, isOn);
  const origin = await originOf(environment.services.db);
  await environment.cleanup();
  await coordinatorEnded();
  return origin;
}

async function nameOfOnly(): Promise<string> {
  const [image, ...others] = await warmImages();
  expect(others).toEqual([]);
  return image?.RepoTags?.[0] ?? "";
}

async function removeAll(): Promise<void> {
  for (const { Id } of await warmImages()) await engine.removeImage(Id);
}

const warmTest = test.extend("project", async ({ workspace }, { onCleanup }) => {
  await workspace.write({ "sql/schema.sql": sql });
  onCleanup(async () => {
    await coordinatorEnded();
    await removeAll();
    expect(await builders()).toEqual([]);
  });
  return workspace;
});

afterAll(async () => {
  expect(await warmImages()).toEqual([]);
});

describe("a second cold start", () => {
  warmTest("has what the migrations of the first one made, and runs none", async ({ project }) => {
    const origin = await startOnce(project);

    const { environment, isWarm } = await start(project, server());
    const { db } = environment.services;

    expect(await originOf(db)).toEqual(origin);
    expect(isWarm).toBe(true);
    const parts = await Promise.all([db.isolate(), db.isolate()]);
    for (const part of parts) {
      expect(await originOf(part)).toEqual(origin);
      expect(await ask(part, "select one from volatile")).toEqual([{ one: 1 }]);
      expect(await ask(part, "show work_mem")).toEqual([{ work_mem: "7MB" }]);
    }
    await environment.cleanup();
  });

  warmTest("has the schemas that tests get, too", async ({ project }) => {
    const schemas = { db: postgres(images.postgres, { migrations: ["sql/*.sql"], isolation: { mode: "schema" } }) };
    const cold = await start(project, schemas);
    const origin = await originOf(cold.environment.services.db);
    await cold.environment.cleanup();
    await coordinatorEnded();

    const { environment, isWarm } = await start(project, schemas);

    expect(isWarm).toBe(true);
    const part = await environment.services.db.isolate();
    expect(await originOf(part)).toEqual(origin);
    expect(await ask(part, "select one from volatile")).toEqual([{ one: 1 }]);
    expect(await ask(part, "show work_mem")).toEqual([{ work_mem: "7MB" }]);
    await environment.cleanup();
  });

  warmTest("runs them again where warm images are off", async ({ project }) => {
    const origin = await startOnce(project, server(), false);
    expect(await warmImages()).toEqual([]);

    const { environment, isWarm } = await start(project, server(), false);

    expect(await originOf(environment.services.db)).not.toEqual(origin);
    expect(isWarm).toBe(false);
    await environment.cleanup();
  });

  warmTest("knows nothing of what tests did in the first one", async ({ project }) => {
    const { environment } = await start(project, server());
    const { db } = environment.services;
    // At once: while the image is being made.
    await ask(db, "create table later (); insert into origin values (1, now())");
    const { superuser = "", superuserPassword = "" } = environment.connections["db"]?.details ?? {};
    const asSuperuser = Object.assign(new URL(db.url), { username: superuser, password: superuserPassword });
    await ask({ url: asSuperuser.href }, "create role intruder");
    await using _part = await db.isolate();
    await environment.cleanup();
    await coordinatorEnded();
    expect(await warmImages()).toHaveLength(1);

    const again = await start(project, server());
    const { db: second } = again.environment.services;

    expect(await ask(second, "select count(*)::int as n from origin")).toEqual([{ n: 1 }]);
    expect(await ask(second, "select tablename from pg_tables where tablename = 'later'")).toEqual([]);
    expect(await ask(second, "select rolname from pg_roles where rolname in ('reader', 'intruder')")).toEqual([
      { rolname: "reader" },
    ]);
    expect(await ask(second, "select datname from pg_database order by 1")).toEqual(
      ["cleanroom_template", "postgres", "template0", "template1", "test"].map((datname) => ({ datname })),
    );
    await again.environment.cleanup();
  });

  warmTest("with other migrations runs those", async ({ project }) => {
    const origin = await startOnce(project);
    await project.write({ "sql/more.sql": "create table more ()" });

    const { environment, isWarm } = await start(project, server());

    expect(isWarm).toBe(false);
    expect(await originOf(environment.services.db)).not.toEqual(origin);
    expect(await ask(environment.services.db, "select * from more")).toEqual([]);
    await environment.cleanup();
  });

  warmTest("does not use what was made from another image of the same name", async ({ project }) => {
    const name = "cleanroom-test/warm-base:1";
    await engine.deriveImage(images.postgres, name, { Labels: { "dev.cleanroom.test.content": "one" } });
    const origin = await startOnce(project, server({}, name));
    const same = await startOnce(project, server({}, name));
    await engine.deriveImage(images.postgres, name, { Labels: { "dev.cleanroom.test.content": "two" } });

    const { environment, isWarm } = await start(project, server({}, name));
    const changed = await originOf(environment.services.db);
    await environment.cleanup();
    await coordinatorEnded();
    await removeAll();
    for (const { Id } of await engine.imagesLabelled("dev.cleanroom.test.content")) await engine.removeImage(Id);

    expect(same).toEqual(origin);
    expect(isWarm).toBe(false);
    expect(changed).not.toEqual(origin);
  });

  warmTest("is an ordinary one when the image does not start, which is removed, and told", async ({ project }) => {
    const origin = await startOnce(project);
    const name = await nameOfOnly();
    const made = await engine.inspectImage(name);
    await engine.deriveImage(name, name, {
      Entrypoint: ["sh", "-c", "echo broken; exit 3"],
      Labels: made?.Config.Labels,
    });
    const broken = (await engine.inspectImage(name))?.Id;

    const { environment, isWarm, failures } = await start(project, server());

    expect(isWarm).toBe(false);
    expect(await originOf(environment.services.db)).not.toEqual(origin);
    expect(failures).toEqual([expect.stringContaining(`${name} did not start: db`)]);
    await environment.cleanup();
    await coordinatorEnded();
    expect((await warmImages()).map(({ Id }) => Id)).not.toContain(broken);
  });
});

describe("an image is not made of a server", () => {
  const volume = `cleanroom-warm-test-${process.pid}`;
  afterAll(() => engine.removeVolume(volume));
  const cases: readonly (readonly [string, PostgresOptions])[] = [
    ["with a directory of the host", { mounts: [{ type: "bind", source: ".", target: "/host" }] }],
    ["with a volume", { mounts: [{ type: "volume", source: volume, target: "/kept" }] }],
    ["whose data is on disk", { durable: true }],
    ["with a password of the user's", { password: "secret" }],
    ["whose data is elsewhere", { env: { PGDATA: "/var/lib/cleanroom/elsewhere" } }],
  ];
  for (const [what, options] of cases) {
    warmTest(what, async ({ project }) => {
      await startOnce(project, server(options));

      expect(await warmImages()).toEqual([]);
    });
  }
});

warmTest("an image holds no password, neither ours nor what was copied in", async ({ project }) => {
  const files = [{ target: "/etc/private/key", content: "a private key" }];
  const { environment } = await start(project, server({ files }));
  const { password } = environment.services.db;
  await environment.cleanup();
  await coordinatorEnded();

  const name = await nameOfOnly();
  const id = await engine.createForeign({ Image: name });
  const data = await engine.archiveOf(id, "/cleanroom-warm");
  const config = JSON.stringify(await engine.inspectImage(name));
  const etc = await engine.archiveOf(id, "/etc");
  await engine.removeContainer(id);

  expect(data.includes("SCRAM-SHA-256")).toBe(true); // It would be seen.
  expect([data, etc].map((part) => part.includes(password))).toEqual([false, false]);
  expect(etc.includes("a private key")).toBe(false);
  expect(config).not.toContain(password);
});

warmTest("cleanroom prune removes warm images and says so", async ({ project }) => {
  await startOnce(project);
  const name = await nameOfOnly();
  const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

  const output = await text(spawn(process.execPath, [main, "prune"], { cwd: project.directory }).stdout);

  expect(output).toMatch(new RegExp(`^Removed warm image ${name} \\(\\d+ MB\\)\n$`));
  expect(await warmImages()).toEqual([]);
});

warmTest("a coordinator that is killed while it makes one leaves nothing half made", async ({ project }) => {
  const { environment } = await start(project, server());
  await vi.waitUntil(async () => (await builders()).length > 0, patience);
  const pid = Number(
    /Z (\d+) /.exec(
      coordinatorLog()
        .split("\n")
        .findLast((line) => line.includes("Listening")) ?? "",
    )?.[1],
  );
  process.kill(pid, "SIGKILL");
  await environment.cleanup();
  await coordinatorEnded();

  expect(await builders()).toEqual([]);
  expect(await warmImages()).toEqual([]);
  const origin = await startOnce(project);
  expect(await startOnce(project)).toEqual(origin);
});

describe("what is kept", () => {
  const DAY_MS = 24 * 60 * 60_000;

  test("are those used last, as far as they fit, for as long as they are used; never less than is in use", async ({
    onTestFinished,
  }) => {
    const directory = await mkdtemp(join(tmpdir(), "cleanroom-warm-"));
    const [mine, theirs] = [`mine-${process.pid}`, `theirs-${process.pid}`];
    const engineImages = connectImages({ endpoint: `unix://${engine.socketPath}`, clock: systemClock });
    onTestFinished(async () => {
      for (const { Id } of await engine.imagesLabelled("dev.cleanroom.warm.size=100")) await engine.removeImage(Id);
      await rm(directory, { recursive: true });
      await engineImages[Symbol.asyncDispose]();
    });
    const lastUse = new LastUse(directory);
    const nowMs = Date.now();
    const given = async (digest: string, daysAgo: number, whose = mine): Promise<void> => {
      const labels = { owner: whose, maker: "maker", digest, size: "100" };
      const Labels = Object.fromEntries(
        Object.entries(labels).map(([name, value]) => [`dev.cleanroom.warm.${name}`, value]),
      );
      await engine.deriveImage(images.scratch, `cleanroom-warm:${digest}`, { Labels });
      await lastUse.note(digest);
      const usedAt = (nowMs - daysAgo * DAY_MS) / 1000;
      await utimes(join(directory, "warm", digest), usedAt, usedAt);
    };
    const names = ["new", "older", "oldest", "expired", "used"].map((name) => `${name}-${process.pid}`);
    const [newest = "", older = "", oldest = "", expired = "", used = ""] = names;
    await given(newest, 0);
    await given(older, 1);
    await given(oldest, 2);
    await given(expired, 15);
    await given(used, 16);
    await given(theirs, 30, theirs);
    const userId = await engine.createForeign({ Image: `cleanroom-warm:${used}` });
    onTestFinished(() => engine.removeContainer(userId));
    const tidying = { images: engineImages, owner: mine, maker: "maker", lastUse };

    const removed = await tidyWarmImages(
      { maxIdleMs: 14 * DAY_MS, maxTotalBytes: 200, policy: evictionPolicies.ttl },
      nowMs,
      tidying,
    );

    const left = async (name: string): Promise<boolean> =>
      (await engine.inspectImage(`cleanroom-warm:${name}`)) !== undefined;
    expect(await Promise.all([...names, theirs].map(left))).toEqual([true, true, false, false, true, true]);
    expect(removed.toSorted()).toEqual(
      [expired, oldest].map((name) => `warm image cleanroom-warm:${name} (0 MB)`).toSorted(),
    );
  });
});

import { PostgreSqlContainer } from "@testcontainers/postgresql";
import { RedisContainer } from "@testcontainers/redis";
import pg from "pg";
import { describe, expect, onTestFinished, vi } from "vitest";
import { container, postgres, redis } from "../../src/index.ts";
import * as engine from "../support/engine.ts";
import { images, test } from "../support/workspace.ts";

// Nothing of theirs may outlive a test, and their reaper's image cannot be had everywhere.
vi.stubEnv("TESTCONTAINERS_RYUK_DISABLED", "true");

/** The environment variables of a container that begin with a prefix. */
async function variables(id: string, prefix: string): Promise<Record<string, string>> {
  const { Config } = await engine.inspectExisting(id);
  const pairs = Config.Env.filter((line) => line.startsWith(prefix)).map((line) => line.split("=") as [string, string]);
  return Object.fromEntries(pairs);
}

/** The addresses on this machine that a container's ports are published on. */
async function publishedOn(id: string): Promise<readonly string[]> {
  const { NetworkSettings } = await engine.inspectExisting(id);
  const bindings: readonly (readonly { HostIp: string }[] | null)[] = Object.values(NetworkSettings.Ports);
  return [...new Set(bindings.flatMap((list) => list ?? []).map(({ HostIp }) => HostIp))].toSorted();
}

/** An address without what differs from one server to the next. */
function shape(address: string): string {
  const { protocol, username, password, port, pathname } = new URL(address);
  return `${protocol}//${username}:${password === "" ? "" : "PASSWORD"}@HOST:${port === "" ? "" : "PORT"}${pathname}`;
}

describe("what users know of @testcontainers/postgresql", () => {
  test("holds: the same variables, defaults and address", async ({ workspace }) => {
    const theirs = await new PostgreSqlContainer(images.postgres).start();
    onTestFinished(async () => {
      await theirs.stop();
    });
    const { services } = await workspace.start({
      ordinary: postgres(images.postgres),
      db: postgres(images.postgres, { superuser: true }), // As theirs always is.
    });
    const ours = services.db;

    const [theirVariables, ourVariables] = [
      await variables(theirs.getId(), "POSTGRES_"),
      await variables(ours.id, "POSTGRES_"),
    ];
    expect(ourVariables).toMatchObject({
      POSTGRES_DB: theirVariables["POSTGRES_DB"],
      POSTGRES_USER: theirVariables["POSTGRES_USER"],
    });
    expect(theirVariables["POSTGRES_PASSWORD"]).toBe("test"); // The one difference: theirs can be read by anybody.
    expect(ourVariables).not.toHaveProperty("POSTGRES_PASSWORD");
    expect([ours.database, ours.username]).toEqual([theirs.getDatabase(), theirs.getUsername()]);
    expect(shape(ours.url)).toBe(shape(theirs.getConnectionUri()));
    expect(await publishedOn(ours.id)).toEqual(["127.0.0.1"]);
    expect(await publishedOn(theirs.getId())).toContain("0.0.0.0");
    for (const address of [ours.url, services.ordinary.url, theirs.getConnectionUri()]) {
      expect(await whoAmI(address)).toBe("test test");
    }
    expect(await isSuperuser(ours.url)).toBe(true);
    expect(await isSuperuser(theirs.getConnectionUri())).toBe(true);
    expect(await isSuperuser(services.ordinary.url)).toBe(false);
  });

  test("holds: names that are chosen are honoured", async ({ workspace }) => {
    const chosen = { database: "shop", username: "keeper", password: "secret" };
    const theirs = await new PostgreSqlContainer(images.postgres)
      .withDatabase(chosen.database)
      .withUsername(chosen.username)
      .withPassword(chosen.password)
      .start();
    onTestFinished(async () => {
      await theirs.stop();
    });
    const { services } = await workspace.start({ db: postgres(images.postgres, chosen) });

    const withoutPort = (address: string): string => address.replace(/@.*:\d+/, "@HOST");
    expect(withoutPort(services.db.url)).toBe(withoutPort(theirs.getConnectionUri()));
    for (const address of [services.db.url, theirs.getConnectionUri()]) {
      expect(await whoAmI(address)).toBe("keeper shop");
    }
  });

  test("holds: psql in the image takes the address", async ({ workspace }) => {
    const { services } = await workspace.start({ db: postgres(images.postgres) });
    await using part = await services.db.isolate();

    for (const address of [services.db.url, part.url]) {
      const inside = address.replace(/@[^/]*/, "@127.0.0.1:5432");
      const { exitCode, stdout } = await services.db.exec(["psql", inside, "-Atc", "select current_database()"]);
      expect([exitCode, stdout.trim()]).toEqual([0, new URL(address).pathname.slice(1)]);
    }
  });
});

async function ask(connectionString: string, expression: string): Promise<unknown> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  const { rows } = await client.query<{ answer: unknown }>(`select ${expression} as answer`);
  await client.end();
  return rows[0]?.answer;
}

function whoAmI(connectionString: string): Promise<unknown> {
  return ask(connectionString, "current_user || ' ' || current_database()");
}

function isSuperuser(connectionString: string): Promise<unknown> {
  return ask(connectionString, "(select rolsuper from pg_roles where rolname = current_user)");
}

describe("what users know of @testcontainers/redis", () => {
  test("holds: the same address, and redis-cli in the image works", async ({ workspace }) => {
    const theirs = await new RedisContainer(images.redis).withPassword("secret").start();
    onTestFinished(async () => {
      await theirs.stop();
    });
    const { services } = await workspace.start({ cache: redis(images.redis, { password: "secret" }) });

    expect(shape(services.cache.url)).toBe(`${shape(theirs.getConnectionUrl()).replace(/\/$/, "")}/0`);
    expect(await publishedOn(services.cache.id)).toEqual(["127.0.0.1"]);
    expect(await publishedOn(theirs.getId())).toContain("0.0.0.0");
    const cli = ["redis-cli", "--no-auth-warning", "-a", services.cache.password];
    expect((await services.cache.exec([...cli, "set", "key", "value"])).stdout.trim()).toBe("OK");
    expect((await services.cache.exec([...cli, "get", "key"])).stdout.trim()).toBe("value");
    expect((await theirs.exec([...cli, "get", "key"])).output.trim()).toBe(""); // Another server, the same password.
  });
});

describe("what theirs do not do", () => {
  test("a process cannot raise its rights, unless it is allowed to", async ({ workspace }) => {
    const { services } = await workspace.start({
      web: container(images.service),
      allowed: container(images.service, { security: { allowNewPrivileges: true } }),
      db: postgres(images.postgres),
      cache: redis(images.redis),
    });
    const noNewPrivileges = async (name: keyof typeof services): Promise<string> =>
      /NoNewPrivs:\s*(\d)/.exec((await services[name].exec(["cat", "/proc/1/status"])).stdout)?.[1] ?? "";

    expect(await noNewPrivileges("web")).toBe("1");
    expect(await noNewPrivileges("db")).toBe("1");
    expect(await noNewPrivileges("cache")).toBe("1");
    expect(await noNewPrivileges("allowed")).toBe("0");
  });

  test("labels tell the session, the project, the service and the key", async ({ workspace }) => {
    const environment = await workspace.start({ web: container(images.service, { labels: { team: "shop" } }) });
    const { Config } = await engine.inspectExisting(environment.services.web.id);

    expect(Config.Labels).toMatchObject({
      team: "shop",
      "dev.cleanroom.session": environment.sessionId,
      "dev.cleanroom.project": workspace.directory,
      "dev.cleanroom.service": "web",
      "dev.cleanroom.key": environment.connections["web"]?.key,
    });
  });

  test("no container of ours is ever started again by the engine", async ({ workspace }) => {
    const { services } = await workspace.start({ web: container(images.service), cache: redis(images.redis) });

    for (const { id } of [services.web, services.cache]) {
      const { HostConfig } = await engine.inspectExisting(id);
      expect(["", "no"]).toContain(HostConfig.RestartPolicy?.Name);
      expect(HostConfig.Privileged).toBe(false);
    }
  });
});

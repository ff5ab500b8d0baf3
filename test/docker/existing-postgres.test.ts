import { afterEach, describe, expect, onTestFinished, vi } from "vitest";
import type { PostgresContainer, PostgresDatabase, ServiceDefinition } from "../../src/index.ts";
import { attachService, CleanroomEnvironment, container, postgres } from "../../src/index.ts";
import { askPostgres } from "../support/ask-postgres.ts";
import { Client } from "../support/coordinator-processes.ts";
import * as engine from "../support/engine.ts";
import { EngineProxy } from "../support/engine-proxy.ts";
import type { ForeignPostgres } from "../support/foreign-servers.ts";
import { runPostgres } from "../support/foreign-servers.ts";
import { failureOf, images, test as base } from "../support/workspace.ts";

const test = base.extend("server", { scope: "file" }, async ({}, { onCleanup }) => {
  const server = await runPostgres();
  onCleanup(() => server[Symbol.asyncDispose]());
  return server;
});

afterEach(() => {
  vi.unstubAllEnvs();
});

const schema = "CREATE TABLE visit (number serial, who text UNIQUE)";
const db = (): ServiceDefinition<PostgresContainer, PostgresDatabase> =>
  postgres(images.postgres, { migrations: ["*.sql"] });
const nowhere = "tcp://127.0.0.1:1";

const isTemplate = (name: string): boolean => name.startsWith("cleanroom_template_");
const isHalfMade = (name: string): boolean => name.startsWith("cleanroom_building_");

async function ofTests(server: ForeignPostgres): Promise<readonly string[]> {
  return (await server.added()).filter((name) => !isTemplate(name) && !isHalfMade(name));
}

/** A process that uses the server, and ends with the test at the latest. */
async function visitor(directory: string, variables: Readonly<Record<string, string>>): Promise<Client> {
  const client = new Client("../../programs/visitor", [directory], { DOCKER_HOST: nowhere, ...variables });
  onTestFinished(() => client.kill());
  expect(await client.said()).toBe("there");
  return client;
}

describe("a PostgreSQL server that a variable names", () => {
  test.for(["postgres", "maker"])(
    "gives databases to %s, where there is no engine, and stays as it was",
    async (username, { workspace, server }) => {
      await workspace.write({ "schema.sql": schema });
      vi.stubEnv("DOCKER_HOST", nowhere);
      vi.stubEnv("CLEANROOM_URL_DB", server.url(username));
      const environment = await workspace.start({ db: db() });
      const { services } = environment;

      {
        await using database = await services.db.isolate();
        const visit = await askPostgres(database.url, "INSERT INTO visit (who) VALUES ('me') RETURNING *");
        expect(visit).toEqual([{ number: 1, who: "me" }]);
      }
      expect(await askPostgres(services.db.url, "SELECT * FROM visit")).toEqual([]);
      expect(services.db).toMatchObject({ id: "", host: "127.0.0.1", username, state: "running" });
      expect(await server.ask("SELECT what, to_regclass('visit') AS visit FROM treasure")).toEqual([
        { what: "gold", visit: null },
      ]);

      expect(await environment.cleanup()).toMatchObject({ containers: [], errors: [] });
      expect(await ofTests(server)).toEqual([]);
    },
  );

  test("is used in place of a container, by the option's variable as well; without one a container starts", async ({
    workspace,
    server,
  }) => {
    await using proxy = await EngineProxy.start();
    vi.stubEnv("DOCKER_HOST", proxy.endpoint);
    const create = "POST /containers/create";
    const start = async (): Promise<number> => {
      proxy.reset();
      const environment = await workspace.start({ db: postgres(images.postgres, { urlFrom: "SHOP_DATABASE_URL" }) });
      const { url } = await environment.services.db.isolate();
      expect(await askPostgres(url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
      await environment.cleanup();
      return proxy.count(create);
    };

    expect(await start()).toBe(1);
    vi.stubEnv("SHOP_DATABASE_URL", `${server.url()}?sslmode=disable`);
    expect(await start()).toBe(0);
    expect(proxy.calls).toEqual([]);
  });

  test("is told at once when the environment opens, without its password", async ({ workspace, server }) => {
    vi.stubEnv("DOCKER_HOST", nowhere);
    vi.stubEnv("CLEANROOM_URL_DB", server.url());
    const told: unknown[] = [];
    const listeners = { "service:existing": (event: unknown) => void told.push(event) };
    await using _environment = await CleanroomEnvironment.open(
      { services: { db: db() } },
      { rootDirectory: workspace.directory, listeners },
    );

    const url = `postgres://postgres:***@127.0.0.1:${server.port}/app`;
    expect(told).toEqual([{ name: "db", variable: "CLEANROOM_URL_DB", url }]);
  });

  test("has no inside that could be asked", async ({ workspace, server }) => {
    vi.stubEnv("CLEANROOM_URL_DB", server.url());
    const { services } = await workspace.start({ db: postgres(images.postgres) });
    const said = "db is the service that CLEANROOM_URL_DB names, not a container of Cleanroom's";

    for (const ask of [services.db.logs(), services.db.exec(["true"]), services.db.stats()]) {
      expect(await failureOf(ask)).toMatchObject({
        code: "CLEANROOM_UNSUPPORTED",
        message: expect.stringContaining(said) as string,
      });
    }
    expect(() => services.db.networkUrl).toThrow("containers have no network with it");
  });

  test("keeps databases of one run from another's tools: what migrates is led to the template", async ({
    workspace,
    server,
  }) => {
    const script = `
      const { default: pg } = await import(${JSON.stringify(import.meta.resolve("pg"))});
      const client = new pg.Client(process.env.SHOP_DATABASE_URL ?? process.env.DATABASE_URL);
      await client.connect();
      await client.query("CREATE TABLE made_by_tool (at text DEFAULT current_database()); INSERT INTO made_by_tool DEFAULT VALUES");
      await client.end();`;
    await workspace.write({ "migrate.mjs": script });
    vi.stubEnv("SHOP_DATABASE_URL", server.url("maker"));
    const migrate = { command: ["node", "migrate.mjs"], inputs: ["migrate.mjs"] };
    const { services } = await workspace.start({
      db: postgres(images.postgres, { urlFrom: "SHOP_DATABASE_URL", migrate }),
    });

    expect(
      await askPostgres(services.db.url, "SELECT at LIKE 'cleanroom_building_%' AS ours FROM made_by_tool"),
    ).toEqual([{ ours: true }]);
    expect(await server.ask("SELECT to_regclass('made_by_tool') AS made")).toEqual([{ made: null }]);
  });
});

describe("several processes on a server that a variable names", () => {
  test("make the template once and share no database; none is left", async ({ workspace, server }) => {
    await workspace.write({ "schema.sql": `${schema}; -- four processes` });
    const variables = { CLEANROOM_URL_DB: server.url("maker") };
    const visitors = await Promise.all([1, 2, 3, 4].map(() => visitor(workspace.directory, variables)));

    expect(await Promise.all(visitors.map((each) => each.tell("visit")))).toEqual(Array(4).fill("visited"));
    expect(await Promise.all(visitors.map((each) => each.tell("end")))).toEqual(Array(4).fill("ended"));

    const log = await engine.logs(server.id);
    expect(log.match(/four processes/g)).toHaveLength(1);
    expect(await ofTests(server)).toEqual([]);
  });

  test("leave nothing when one is killed: the next drops what it had, and nobody else's", async ({
    workspace,
    server,
  }) => {
    await workspace.write({ "schema.sql": schema });
    const variables = { CLEANROOM_URL_DB: server.url("maker") };
    const [killed, living, next] = await Promise.all([1, 2, 3].map(() => visitor(workspace.directory, variables)));
    const lost = (await killed?.tell("take"))?.split(" ")[1] ?? "";
    const held = (await living?.tell("take"))?.split(" ")[1] ?? "";
    expect(await ofTests(server)).toEqual(expect.arrayContaining([lost, held]));

    await killed?.kill();
    expect(await next?.tell("visit")).toBe("visited");
    expect(await next?.tell("end")).toBe("ended");

    const left = await ofTests(server);
    expect(left).toContain(held);
    expect(left.filter((name) => name.startsWith(lost.slice(0, 26)))).toEqual([]);
    expect(await living?.tell("end")).toBe("ended");
    expect(await ofTests(server)).toEqual([]);
  });

  test("make a template anew that whoever was killed had half made", async ({ workspace, server }) => {
    const sleep = "SELECT pg_sleep(60) WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'no_more_sleep')";
    await workspace.write({ "1.sql": schema, "2.sql": `${sleep};` });
    const variables = { CLEANROOM_URL_DB: server.url("maker") };
    const first = await visitor(workspace.directory, variables);
    void first.tell("take");
    const sleeping = "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(60)%' AND state = 'active'";
    await vi.waitUntil(async () => (await server.ask(sleeping)).length === 1, { timeout: 20_000, interval: 20 });
    await first.kill();
    expect((await server.added()).filter(isHalfMade)).toHaveLength(1);

    await server.ask("CREATE ROLE no_more_sleep");
    const second = await visitor(workspace.directory, variables);
    expect(await second.tell("take")).toMatch(/^1 cleanroom_/);
    expect((await server.added()).filter(isHalfMade)).toEqual([]);
    expect(await second.tell("end")).toBe("ended");
  });
});

describe("what an address may be wrong in", () => {
  test("is told before anything starts, with the variable and without the password", async ({ workspace, server }) => {
    await workspace.write({ "schema.sql": schema });
    const url = server.url("maker");
    const wrong: Readonly<Record<string, RegExp>> = {
      "not a url": /CLEANROOM_URL_DB: must be a URL/,
      "redis://127.0.0.1:1/0": /CLEANROOM_URL_DB: must be the URL of a postgres\(\), which begins with `postgres:\/\/`/,
      "postgres:///app": /must name a host/,
      "postgres://127.0.0.1/app": /must name a user/,
      "postgres://maker@127.0.0.1/app?host=/tmp": /must not say `host`/,
      "postgres://ma%ker@127.0.0.1/app": /begins no escape/,
      [url.replace(/:[^:@]*@/, ":wrong@")]: /was refused by the server: password authentication failed/,
      [url.replace(/:[^:@]*@/, "@")]: /was refused by the server: SASL/,
      [`${url}2`]: /was refused by the server: database "app2" does not exist/,
    };
    await using proxy = await EngineProxy.start();
    vi.stubEnv("DOCKER_HOST", proxy.endpoint);
    for (const [value, message] of Object.entries(wrong)) {
      vi.stubEnv("CLEANROOM_URL_DB", value);
      const error = await failureOf(workspace.start({ db: db(), other: container(images.service) }));
      expect(error).toMatchObject({
        code: "CLEANROOM_CONFIGURATION",
        message: expect.stringMatching(message) as string,
      });
      expect(String(error)).not.toContain("wrong");
    }
    expect(proxy.count("POST /containers/create")).toBe(0);
    // A connection that is left before its password was sent would hold this up until the server gives it up.
    await server.ask("CREATE DATABASE not_held_up");
    expect(await server.ask("DROP DATABASE not_held_up", "postgres", "-c statement_timeout=30s")).toEqual([]);
  });

  test("an address where nobody answers is told after `startTimeoutMs`, and not waited for again", async ({
    workspace,
  }) => {
    vi.stubEnv("DOCKER_HOST", nowhere);
    vi.stubEnv("CLEANROOM_URL_DB", "postgres://me:secret@127.0.0.1:1/app");
    const services = { db: postgres(images.postgres, { startTimeoutMs: 300 }) };
    await using environment = await CleanroomEnvironment.open({ services }, { rootDirectory: workspace.directory });

    const error = await failureOf(environment.get("db"));
    expect(error).toMatchObject({ code: "CLEANROOM_HEALTH_TIMEOUT" });
    expect(String(error)).toMatch(
      /db was not healthy after 300 ms \(a login of postgres:\/\/me:\*\*\*@127.0.0.1:1\/app from CLEANROOM_URL_DB, \d+ attempts?\)/,
    );
    expect(String(error)).toContain("ECONNREFUSED");
    expect(await failureOf(environment.get("db"))).toBe(error);
    await environment.registry.delete("db");
    expect(await failureOf(environment.get("db"))).not.toBe(error);
  });

  test("a role without rights is told so, with what would help, and nothing is half made", async ({
    workspace,
    server,
  }) => {
    await workspace.write({ "schema.sql": schema });
    vi.stubEnv("CLEANROOM_URL_DB", server.url("reader"));
    const before = await server.added();

    const error = await failureOf(workspace.start({ db: db() }));

    expect(error).toMatchObject({ code: "CLEANROOM_ISOLATION_FAILED" });
    expect(String(error)).toContain("reader, whom CLEANROOM_URL_DB names, may not create databases.");
    expect(String(error)).toContain('ALTER ROLE "reader" CREATEDB');
    expect(await server.added()).toEqual(before);
  });

  test("an extension that the role may not create is told so, and nothing is half made", async ({
    workspace,
    server,
  }) => {
    vi.stubEnv("CLEANROOM_URL_DB", server.url("maker"));
    const before = await server.added();

    const error = await failureOf(workspace.start({ db: postgres(images.postgres, { extensions: ["pageinspect"] }) }));

    expect(String(error)).toContain("Have a superuser of the server create it in `template1`");
    expect(await server.added()).toEqual(before);
  });

  test("another way of isolation than a copy is refused", async ({ workspace, server }) => {
    vi.stubEnv("CLEANROOM_URL_DB", server.url("maker"));
    const error = await failureOf(workspace.start({ db: postgres(images.postgres, { isolation: { mode: "reset" } }) }));
    expect(String(error)).toContain('`isolation.mode` must be "clone", not "reset"');
  });
});

describe("a database on a server that a variable names", () => {
  test("remembers states, and has the template's settings", async ({ workspace, server }) => {
    await workspace.write({
      "schema.sql": `${schema}; DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = "$user", public, ext', current_database()); END $$`,
    });
    vi.stubEnv("CLEANROOM_URL_DB", server.url("maker"));
    const { services } = await workspace.start({ db: db() });
    await using database = await services.db.isolate();
    const path = [{ search_path: '"$user", public, ext' }];

    expect(await askPostgres(database.url, "SHOW search_path")).toEqual(path);
    await askPostgres(database.url, "INSERT INTO visit (who) VALUES ('before')");
    await database.snapshot();
    await askPostgres(database.url, "INSERT INTO visit (who) VALUES ('after')");
    await database.restore();

    expect(await askPostgres(database.url, "SELECT who FROM visit")).toEqual([{ who: "before" }]);
    expect(await askPostgres(database.url, "SHOW search_path")).toEqual(path);
  });

  test("is kept after its process for as long as was asked, and dropped by whoever comes later", async ({
    workspace,
    server,
  }) => {
    await workspace.write({ "schema.sql": schema });
    vi.stubEnv("CLEANROOM_URL_DB", server.url("maker"));
    const keepOne = async (forMs: number): Promise<string> => {
      const environment = await workspace.start({ db: db() });
      const database = await environment.services.db.isolate();
      expect(database.keep(forMs)).toBe(forMs);
      await database[Symbol.asyncDispose]();
      await environment.cleanup();
      return database.database;
    };

    const long = await keepOne(600_000);
    const short = await keepOne(1);
    expect(await ofTests(server)).toEqual([long, short].toSorted());
    await vi.waitUntil(
      async () => {
        const environment = await workspace.start({ db: db() });
        await environment.cleanup();
        return !(await ofTests(server)).includes(short);
      },
      { timeout: 20_000, interval: 100 },
    );
    expect(await ofTests(server)).toEqual([long]);
    await server.ask(`DROP DATABASE "${long}"`);
  });

  test("is used by a process that was only told its address", async ({ workspace, server }) => {
    await workspace.write({ "schema.sql": schema });
    vi.stubEnv("DOCKER_HOST", nowhere);
    vi.stubEnv("CLEANROOM_URL_DB", server.url("maker"));
    const definition = db();
    const environment = await workspace.start({ db: definition });
    const connection: unknown = JSON.parse(JSON.stringify(environment.connections["db"]));

    await using attached = await attachService(definition, connection as never);
    await using database = await attached.isolate();
    expect(await askPostgres(database.url, "SELECT * FROM visit")).toEqual([]);
    expect(attached.handle.url).toBe(environment.services.db.url);
    expect(await failureOf(attached.handle.logs())).toMatchObject({ code: "CLEANROOM_UNSUPPORTED" });
  });
});

describe("templates that nobody uses", () => {
  test("are dropped beyond five, those in use are not", async ({ workspace, server }) => {
    vi.stubEnv("CLEANROOM_URL_DB", server.url("postgres"));
    await workspace.write({ "schema.sql": "SELECT 'in use'" });
    const before = await server.added();
    await workspace.start({ db: db() });
    const [inUse = ""] = (await server.added()).filter((name) => isTemplate(name) && !before.includes(name));
    await server.ask(`COMMENT ON DATABASE "${inUse}" IS 'cleanroom: used 1'`);

    for (let version = 0; version < 8; version += 1) {
      await workspace.write({ "schema.sql": `SELECT ${version}` });
      const environment = await workspace.start({ db: db() });
      await environment.cleanup();
    }

    const scope = inUse.slice(0, "cleanroom_template_12345678".length);
    const templates = (await server.added()).filter((name) => name.startsWith(scope));
    expect(templates).toContain(inUse);
    expect(templates.length).toBeLessThanOrEqual(7); // The new one, five before it, and the one in use.
  });
});

import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { askPostgres } from "../support/ask-postgres.ts";
import * as engine from "../support/engine.ts";
import { runPostgres } from "../support/foreign-servers.ts";
import { library, runCleanroom } from "../support/run-cleanroom.ts";
import { images, test, type Workspace } from "../support/workspace.ts";

/** A configuration with these services, as they are written in one. */
const configuration = (services: string): Readonly<Record<string, string>> => ({
  "cleanroom.config.mjs": `import { container, postgres, redis } from ${library}; export default { services: { ${services} } };`,
});

const db = (options = "{}"): string => `postgres("${images.postgres}", ${options})`;
const cache = (options = "{}"): string => `redis("${images.redis}", ${options})`;
const web = (options = "{ ports: [8080] }"): string => `container("${images.service}", ${options})`;

/** A command that prints variables, as JSON. */
const printing = (...names: readonly string[]): readonly string[] => [
  process.execPath,
  "-e",
  `console.log(JSON.stringify(${JSON.stringify(names)}.map((name) => process.env[name] ?? null)))`,
];

/** A command that prints what a database answers, found by the variables that all programs of PostgreSQL know. */
const asking = (sql: string, config = ""): readonly string[] => [
  process.execPath,
  "--input-type=module",
  "-e",
  `import pg from ${JSON.stringify(import.meta.resolve("pg"))};
   const client = new pg.Client(${config});
   await client.connect();
   console.log(JSON.stringify((await client.query(${JSON.stringify(sql)})).rows));
   await client.end();`,
];

/** The names of the services of which containers were made since a moment, even if they are gone. */
async function createdSince(sinceMs: number, { directory }: Workspace): Promise<readonly string[]> {
  const created = await engine.createdSince(sinceMs, `dev.cleanroom.project=${directory}`);
  return created.map((labels) => labels["dev.cleanroom.service"] ?? "").toSorted();
}

describe("a command", () => {
  test("is told of a part of each service, and all of that is gone when it has ended", async ({ workspace }) => {
    await workspace.write(
      configuration(`db: ${db()}, "session-cache": ${cache()}, web: ${web()}, silent: ${web("{}")}`),
    );
    const startedAtMs = Date.now();

    const command = printing("DB_URL", "SESSION_CACHE_URL", "WEB_URL", "SILENT_URL", "CLEANROOM_SESSION");
    const { code, output } = await runCleanroom(workspace, "run", "--", ...command);

    expect(code).toBe(0);
    expect(JSON.parse(output)).toEqual([
      expect.stringMatching(/^postgres:\/\/test:\S+@127\.0\.0\.1:\d+\/test_\w+$/),
      expect.stringMatching(/^redis:\/\/\S+@127\.0\.0\.1:\d+\/\d+$/),
      expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      null,
      expect.stringMatching(/^\w+$/),
    ]);
    expect(await createdSince(startedAtMs, workspace)).toEqual(["db", "session-cache", "silent", "web"]);
    expect(await workspace.left()).toEqual([]);
  });

  test("is told by the variables that the services name, and by no others", async ({ workspace }) => {
    const variables = `{ PGHOST: "host", PGPORT: "port", PGUSER: "username", PGPASSWORD: "password", PGDATABASE: "database",
      DATABASE_URL: "url" }`;
    await workspace.write({
      ...configuration(
        `db: ${db(`{ migrations: ["*.sql"], variables: ${variables} }`)},
         cache: ${cache('{ variables: { REDIS_URL: "url", REDIS_PREFIX: ({ port }) => "on-" + port } }')}, web: ${web("{ ports: [8080], variables: {} }")}`,
      ),
      "1.sql": "CREATE TABLE customer_order (sku text); INSERT INTO customer_order VALUES ('TEA');",
    });
    const sql = "SELECT current_database() LIKE 'test_%' AS is_clone, sku FROM customer_order";
    const names = ["REDIS_URL", "REDIS_PREFIX", "DATABASE_URL", "DB_URL", "CACHE_URL", "WEB_URL"];

    const told = await runCleanroom(workspace, "run", "--", ...printing(...names));
    const asked = await runCleanroom(workspace, "run", "--service", "db", "--", ...asking(sql));

    expect(JSON.parse(told.output)).toEqual([
      expect.stringMatching(/^redis:/),
      expect.stringMatching(/^on-\d+$/),
      expect.stringMatching(/^postgres:/),
      null,
      null,
      null,
    ]);
    expect(asked).toMatchObject({ code: 0, output: '[{"is_clone":true,"sku":"TEA"}]\n' });
  });

  test("has the standard output for itself; what Cleanroom says goes to the error output, or nowhere", async ({
    workspace,
  }) => {
    await workspace.write(configuration(`web: ${web()}`));
    const command = [process.execPath, "-e", "process.stdout.write('ok 1'); console.error('mine')"];

    expect(await runCleanroom(workspace, "run", "--", ...command)).toMatchObject({
      output: "ok 1",
      errors: expect.stringMatching(/^cleanroom {2}web is ready after \d+\.\d s\nmine\n$/) as string,
    });
    expect(await runCleanroom(workspace, "run", "--quiet", "--", ...command)).toMatchObject({
      output: "ok 1",
      errors: "mine\n",
    });
  });

  test("is found where the shell finds it, and gets its arguments as they are, with or without --", async ({
    workspace,
  }) => {
    await workspace.write(configuration(""));
    const args = ["--service", "a b", "$HOME", "--"];
    const script = "console.log(JSON.stringify(process.argv.slice(1)))";

    for (const separator of [["--"], []]) {
      const { output } = await runCleanroom(workspace, "run", ...separator, "node", "-e", script, "--", ...args);
      expect(JSON.parse(output)).toEqual(args);
    }
  });

  test("leaves a server that is kept as it was", async ({ workspace }) => {
    await workspace.write(configuration(`db: ${db('{ keepAliveMs: 600_000, variables: { PGURL: "url" } }')}`));
    const startedAtMs = Date.now();
    const command = asking("CREATE TABLE mine ()", "process.env.PGURL");

    const first = await runCleanroom(workspace, "run", "--", ...command);
    const second = await runCleanroom(workspace, "run", "--", ...command);

    expect([first.code, second.code]).toEqual([0, 0]); // The second would find the table.
    expect(await createdSince(startedAtMs, workspace)).toEqual(["db"]);
    await runCleanroom(workspace, "down");
  });
});

describe("the exit code", () => {
  test("is the command's", async ({ workspace }) => {
    await workspace.write(configuration(`web: ${web()}`));

    const ends = await Promise.all(
      ["process.exit(0)", "process.exit(3)", "throw new Error('no')"].map(async (script) =>
        runCleanroom(workspace, "run", "--", process.execPath, "-e", script),
      ),
    );

    expect(ends.map(({ code }) => code)).toEqual([0, 3, 1]);
  });

  test("is 128 and the number of the signal for a command that crashed", async ({ workspace }) => {
    await workspace.write(configuration(`web: ${web()}`));
    const script = 'process.kill(process.pid, "SIGABRT"); process.stdin.resume()';

    const { code, signal } = await runCleanroom(workspace, "run", "--", process.execPath, "-e", script);

    expect({ code, signal }).toEqual({ code: 134, signal: null });
  });

  test("is what shells have for a command that is not there, or is none", async ({ workspace }) => {
    await workspace.write({ ...configuration(`web: ${web()}`), "notes.txt": "x", tool: "#!/bin/sh\nexit 4\n" });
    await chmod(join(workspace.directory, "tool"), 0o755);

    expect(await runCleanroom(workspace, "run", "--quiet", "--", "nosuchtool", "x")).toMatchObject({
      code: 127,
      errors: "nosuchtool could not be run: there is no such command.\n",
    });
    expect(await runCleanroom(workspace, "run", "--quiet", "--", "./notes.txt")).toMatchObject({
      code: 126,
      errors: "./notes.txt could not be run: it is no program, or may not be executed.\n",
    });
    expect(await runCleanroom(workspace, "run", "--quiet", "--", "./tool")).toMatchObject({ code: 4, errors: "" });
  });
});

describe("services that were named", () => {
  test("are the only ones that start", async ({ workspace }) => {
    await workspace.write(configuration(`web: ${web()}, other: ${web()}, third: ${web()}`));
    const startedAtMs = Date.now();
    const command = printing("WEB_URL", "OTHER_URL", "THIRD_URL");

    const { output } = await runCleanroom(workspace, "run", "--service", "web", "--service", "third", "--", ...command);

    const url = expect.stringMatching(/^http:/) as string;
    expect(JSON.parse(output)).toEqual([url, null, url]);
    expect(await createdSince(startedAtMs, workspace)).toEqual(["third", "web"]);
  });

  test("and that there are not are told before anything starts", async ({ workspace }) => {
    await workspace.write(configuration(`orders: ${web()}, other: ${web()}`));
    const startedAtMs = Date.now();
    const args = ["--service", "order", "--service", "x", "--service", "other"];

    expect(await runCleanroom(workspace, "run", ...args, "--", "echo", "ran")).toEqual({
      code: 1,
      signal: null,
      output: "",
      errors:
        "The command line is not valid:\n" +
        "  order: is no service of the configuration; did you mean orders?\n" +
        "  x: is no service of the configuration; there are orders, other\n",
    });
    expect(await createdSince(startedAtMs, workspace)).toEqual([]);
  });
});

describe("a command is not run", () => {
  test("when none is given; that says how to", async ({ workspace }) => {
    await workspace.write(configuration(`web: ${web()}`));

    for (const command of [[], ["--", ""]]) {
      const { code, errors } = await runCleanroom(workspace, "run", "--service", "web", ...command);

      expect(code).toBe(1);
      expect(errors).toContain("which command? For instance: cleanroom run -- npx mocha\n");
    }
  });

  test("when the engine does not answer, or the configuration is not valid", async ({ workspace }) => {
    await workspace.write({
      ...configuration(`web: ${web()}`),
      "broken.config.mjs": `export default { services: { web: 5 } };`,
    });
    const noEngine = { directory: workspace.directory, env: { DOCKER_HOST: "tcp://127.0.0.1:1" } };

    expect(await runCleanroom(noEngine, "run", "--", "echo", "ran")).toMatchObject({
      code: 1,
      output: "",
      errors: expect.stringContaining("tcp://127.0.0.1:1") as string,
    });
    expect(await runCleanroom(workspace, "run", "--config", "broken.config.mjs", "--", "echo", "ran")).toMatchObject({
      code: 1,
      output: "",
      errors: expect.stringContaining("services.web: ") as string,
    });
    expect(await runCleanroom(workspace, "run", "--", "echo", "ran")).toMatchObject({ code: 0, output: "ran\n" });
  });

  test("when a service does not start; the others are removed", async ({ workspace }) => {
    await workspace.write({
      ...configuration(`web: ${web()}, db: ${db('{ migrations: ["*.sql"] }')}`),
      "1.sql": "NO;",
    });

    const { code, output, errors } = await runCleanroom(workspace, "run", "--", "echo", "ran");

    expect({ code, output }).toEqual({ code: 1, output: "" });
    expect(errors).toContain("1.sql");
    expect(await workspace.left()).toEqual([]);
  });

  test("when two services would be told by the same variable", async ({ workspace }) => {
    await workspace.write(configuration(`"my-web": ${web()}, my_web: ${web()}`));
    const startedAtMs = Date.now();

    const { code, output, errors } = await runCleanroom(workspace, "run", "--", "echo", "ran");
    const one = await runCleanroom(workspace, "run", "--service", "my_web", "--", ...printing("MY_WEB_URL"));

    expect({ code, output }).toEqual({ code: 1, output: "" });
    expect(errors).toContain(
      "services.my_web.variables: MY_WEB_URL is that of `my-web` as well; name another with `variables` in one of the two",
    );
    expect(one).toMatchObject({ code: 0, output: expect.stringContaining("http:") as string });
    expect(await createdSince(startedAtMs, workspace)).toEqual(["my_web"]);
  });

  test("when it is to be told of a transaction, which another program cannot have", async ({ workspace }) => {
    const transaction = 'isolation: { mode: "transaction" }';
    await workspace.write(configuration(`db: ${db(`{ ${transaction}, variables: { PGDATABASE: "database" } }`)}`));
    const told = await runCleanroom(workspace, "run", "--", "echo", "ran");
    await workspace.write(configuration(`db: ${db(`{ ${transaction} }`)}`));
    const untold = await runCleanroom(workspace, "run", "--", ...printing("DB_URL"));

    expect(told).toMatchObject({ code: 1, output: "" });
    expect(told.errors).toContain("which no other program can take part in");
    expect(untold).toMatchObject({ code: 0, output: "[null]\n" });
  });
});

test("a service that exists already is used, and the command gets a database of its own there", async ({
  workspace,
}) => {
  await using server = await runPostgres();
  await workspace.write(configuration(`db: ${db('{ variables: { DATABASE_URL: "url" }, urlFrom: "DATABASE_URL" }')}`));
  const startedAtMs = Date.now();
  const own = { directory: workspace.directory, env: { CLEANROOM_URL_DB: server.url() } };
  const named = { directory: workspace.directory, env: { DATABASE_URL: server.url() } };
  const command = asking("SELECT current_database()", "process.env.DATABASE_URL");

  const ends = [await runCleanroom(own, "run", "--", ...command), await runCleanroom(named, "run", "--", ...command)];

  for (const { code, output, errors } of ends) {
    expect({ code, output }).toEqual({
      code: 0,
      output: expect.stringMatching(/^\[\{"current_database":"cleanroom_\w+"/) as string,
    });
    expect(errors).toMatch(/^cleanroom {2}db uses postgres:.* from (CLEANROOM_URL_DB|DATABASE_URL), starts nothing\n$/);
  }
  expect(await askPostgres(server.url(), "SELECT what FROM treasure")).toEqual([{ what: "gold" }]);
  expect(await createdSince(startedAtMs, workspace)).toEqual([]);
});

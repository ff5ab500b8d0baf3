import { describe, expect } from "vitest";
import * as engine from "../support/engine.ts";
import { cleanroom, library, runCleanroom } from "../support/run-cleanroom.ts";
import { images, test as base } from "../support/workspace.ts";

const main = `"${process.execPath}" "${cleanroom}"`;

const test = base.extend("project", async ({ workspace }) => {
  await workspace.write({
    "cleanroom.config.mjs": `import { container, postgres } from ${library};
      export default {
        services: { db: postgres("${images.postgres}", { variables: { PGDATABASE: "database" } }), web: container("${images.service}") },
      };`,
    "join.mjs": `import { CleanroomEnvironment } from ${library};
      const environment = await CleanroomEnvironment.open();
      const db = await environment.get("db");
      console.log((await db.isolate()).database, environment.sessionId === process.env.CLEANROOM_SESSION);
      await environment.cleanup();`,
  });
  return workspace;
});

const printing = 'console.log(process.env.PGDATABASE ?? "none", process.env.CLEANROOM_SESSION)';

describe("cleanroom isolate", () => {
  test("gives one command a part of one service, and starts no other", async ({ project }) => {
    const startedAtMs = Date.now();

    const { code, output } = await runCleanroom(
      project,
      "isolate",
      "db",
      "--",
      "node",
      "-e",
      `${printing}; process.exit(3)`,
    );

    expect(code).toBe(3);
    expect(output).toMatch(/^test_\w+ \w+\n$/);
    const created = await engine.createdSince(startedAtMs, `dev.cleanroom.project=${project.directory}`);
    expect(created.map((labels) => labels["dev.cleanroom.service"])).toEqual(["db"]);
    expect(await project.left()).toEqual([]);
  });

  test("passes the settings that it is given on to the command", async ({ project }) => {
    const line =
      "const { CLEANROOM_SEED, CLEANROOM_MAX_CONTAINERS, TZ } = process.env; console.log(CLEANROOM_SEED, CLEANROOM_MAX_CONTAINERS, TZ)";
    const flags = ["--seed", "7", "--set", "capacity.maxContainers=3", "--set", "timeZone=Asia/Tokyo"];

    const { code, output } = await runCleanroom(project, "isolate", ...flags, "db", "--", "node", "-e", line);

    expect({ code, output }).toEqual({ code: 0, output: "7 3 Asia/Tokyo\n" });
  });

  test("refuses what is not locked before anything starts, where it must", async ({ project }) => {
    const startedAtMs = Date.now();

    const { code, errors } = await runCleanroom(project, "isolate", "--frozen", "db", "--", "node", "--version");

    expect(code).toBe(1);
    expect(errors).toContain(`${images.postgres}: is not locked`);
    expect(await engine.createdSince(startedAtMs, `dev.cleanroom.project=${project.directory}`)).toEqual([]);
  });

  test("has the shell run a line", async ({ project }) => {
    const { code, output } = await runCleanroom(
      project,
      "isolate",
      "db",
      "--exec",
      "echo one && node -e 'process.exit(4)'",
    );

    expect({ code, output }).toEqual({ code: 4, output: "one\n" });
  });

  test("in a cleanroom run joins its session: one server, and a part for each", async ({ project }) => {
    const startedAtMs = Date.now();
    const own = `node -e '${printing}'`;
    const isolated = `${main} isolate --quiet db --exec "${own.replaceAll('"', String.raw`\"`)}"`;

    const { code, output } = await runCleanroom(
      ...([
        project,
        "run",
        "--service",
        "db",
        "--",
        "sh",
        "-c",
        `${own}; ${isolated}; ${isolated}; node join.mjs`,
      ] as const),
    );

    expect(code).toBe(0);
    const told = output
      .trimEnd()
      .split("\n")
      .map((line) => line.split(" "));
    expect(new Set(told.map(([database]) => database)).size).toBe(4);
    const [session] = told.map(([, id]) => id);
    expect(told.map(([, id]) => id)).toEqual([session, session, session, "true"]);
    expect(await engine.createdSince(startedAtMs, `dev.cleanroom.project=${project.directory}`)).toHaveLength(1);
  });

  test("alone has a session of its own: the control", async ({ project }) => {
    const startedAtMs = Date.now();
    const command = ["isolate", "db", "--", "node", "-e", printing];

    const one = await runCleanroom(project, ...command);
    const other = await runCleanroom(project, ...command);

    expect(one.output.split(" ")[1]).not.toBe(other.output.split(" ")[1]);
    expect(await engine.createdSince(startedAtMs, `dev.cleanroom.project=${project.directory}`)).toHaveLength(2);
  });

  test("wants a service that there is, and one command", async ({ project }) => {
    const refusal = async (...args: readonly string[]): Promise<string> => {
      const { code, output, errors } = await runCleanroom(project, "isolate", ...args);
      expect({ code, output }).toEqual({ code: 1, output: "" });
      return errors;
    };

    expect(await refusal("bd", "--", "echo", "ran")).toContain(
      "bd: is no service of the configuration; did you mean db?",
    );
    expect(await refusal("db")).toContain("which command? For instance: cleanroom isolate db -- npx mocha");
    expect(await refusal("db", "--exec", "echo ran", "--", "echo", "ran")).toContain("which command?");
    expect(await refusal("db", "--ecex", "echo ran")).toContain("Did you mean --exec?");
    expect(await refusal("db", "--exec", " ")).toContain("which command?");
    expect(await refusal("db", "--", "")).toContain("which command?");
  });

  test("wants a service of which a command can be told", async ({ workspace }) => {
    const db = `postgres("${images.postgres}", { isolation: { mode: "transaction" } })`;
    const cache = `redis("${images.redis}", { variables: {} })`;
    const config = `import { postgres, redis } from ${library}; export default { services: { db: ${db}, cache: ${cache} } };`;
    await workspace.write({ "cleanroom.config.mjs": config });
    const startedAtMs = Date.now();

    const ends = [
      await runCleanroom(workspace, "isolate", "db", "--", "echo", "ran"),
      await runCleanroom(workspace, "isolate", "cache", "--", "echo", "ran"),
    ];

    expect(ends.map(({ code, output }) => ({ code, output }))).toEqual(Array(2).fill({ code: 1, output: "" }));
    expect(ends[0]?.errors).toContain(
      "services.db: has parts that are transactions, which no other program can take part in",
    );
    expect(ends[1]?.errors).toContain("services.cache: tells a command nothing, as its `variables` are none");
    expect(await engine.createdSince(startedAtMs, `dev.cleanroom.project=${workspace.directory}`)).toEqual([]);
  });
});

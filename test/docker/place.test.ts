import { GenericContainer } from "testcontainers";
import { describe, expect } from "vitest";
import { container, postgres, redis, testcontainer } from "../../src/index.ts";
import { askPostgres } from "../support/ask-postgres.ts";
import { library, runCleanroom } from "../support/run-cleanroom.ts";
import { images, test, type Workspace } from "../support/workspace.ts";

const settings = { timeZone: "Asia/Tokyo", locale: "C.UTF-8" };

/** The variables of a service's container that say where it is, as the engine has them. */
async function placeOf(workspace: Workspace, name: string): Promise<Readonly<Record<string, string>>> {
  const containers = await workspace.containers();
  const found = containers.find(({ Config }) => Config.Labels["dev.cleanroom.service"] === name);
  const variables = (found?.Config.Env ?? []).map((line) => line.split("=", 2));
  const names = ["TZ", "LANG", "LC_ALL"];
  return Object.fromEntries(
    variables.flatMap(([name = "", value = ""]): [string, string][] => (names.includes(name) ? [[name, value]] : [])),
  );
}

describe("time zone and locale", () => {
  test("are those of every container", async ({ workspace }) => {
    const module = testcontainer(() => new GenericContainer(images.service).withExposedPorts(8080), {
      key: "place",
      connection: () => null,
    });
    const { services } = await workspace.start(
      { cache: redis(images.redis), web: container(images.service), module },
      { settings },
    );

    for (const name of ["cache", "web", "module"]) {
      expect(await placeOf(workspace, name)).toEqual({ TZ: "Asia/Tokyo", LANG: "C.UTF-8", LC_ALL: "C.UTF-8" });
    }
    expect((await services.web.exec(["sh", "-c", "echo $TZ $LC_ALL"])).stdout).toBe("Asia/Tokyo C.UTF-8\n");
  });

  test("of PostgreSQL are those of its sessions as well", async ({ workspace }) => {
    // Whatever the server's own files say, which an image or whoever initialises it may have written.
    await workspace.write({
      "zone.sql": "ALTER SYSTEM SET timezone TO 'UTC'; ALTER SYSTEM SET log_timezone TO 'UTC';",
    });
    const files = [{ source: "zone.sql", target: "/docker-entrypoint-initdb.d/zone.sql" }];
    const { services } = await workspace.start({ db: postgres(images.postgres, { files }) }, { settings });
    await using database = await services.db.isolate();

    const sql = "select current_setting('timezone') as zone, '2026-01-01 00:00Z'::timestamptz::text as there";
    expect(await askPostgres(database.connectionString, sql)).toEqual([
      { zone: "Asia/Tokyo", there: "2026-01-01 09:00:00+09" },
    ]);
  });

  test("are otherwise those of the image: the control", async ({ workspace }) => {
    const { services } = await workspace.start({ db: postgres(images.postgres), web: container(images.service) });

    expect(await placeOf(workspace, "web")).toEqual({});
    const [row] = await askPostgres(services.db.connectionString, "select current_setting('timezone') as zone");
    expect(row).not.toEqual({ zone: "Asia/Tokyo" });
  });

  test("of a service's own options win", async ({ workspace }) => {
    const { services } = await workspace.start(
      {
        db: postgres(images.postgres, { env: { TZ: "Europe/Berlin" } }),
        web: container(images.service, { env: { TZ: "Europe/Berlin", LANG: "C" } }),
      },
      { settings },
    );

    expect(await placeOf(workspace, "web")).toEqual({ TZ: "Europe/Berlin", LANG: "C" });
    expect(await askPostgres(services.db.connectionString, "select current_setting('timezone') as zone")).toEqual([
      { zone: "Europe/Berlin" },
    ]);
  });

  test("are those of a command that is run with services", async ({ workspace }) => {
    const service = `container("${images.service}")`;
    await workspace.write({
      "cleanroom.config.mjs": `import { container } from ${library};
        export default { services: { web: ${service} }, timeZone: "Asia/Tokyo", locale: "C.UTF-8" };`,
    });

    const program = "console.log(JSON.stringify([new Date(0).getHours(), process.env.LC_ALL]))";
    const { output } = await runCleanroom(workspace, "run", "--", process.execPath, "-e", program);

    expect(JSON.parse(output)).toEqual([9, "C.UTF-8"]);
  });
});

import { describe, expect, vi } from "vitest";
import { postgres } from "../../src/index.ts";
import { EngineProxy } from "../support/engine-proxy.ts";
import { runPostgres } from "../support/foreign-servers.ts";
import { failureOf, images, test } from "../support/workspace.ts";

describe("the dump of a database", () => {
  test("has its content, and nobody finds the password among the arguments of what writes it", async ({
    workspace,
  }) => {
    await using proxy = await EngineProxy.start();
    vi.stubEnv("DOCKER_HOST", proxy.endpoint);
    await workspace.write({
      "schema.sql": "CREATE TABLE note AS SELECT 'größer' AS text; ALTER TABLE note ENABLE ROW LEVEL SECURITY",
    });
    const environment = await workspace.start({ db: postgres(images.postgres, { migrations: ["*.sql"] }) });
    const database = await environment.services.db.isolate();
    const commands: { readonly Cmd: readonly string[]; readonly Env: readonly string[] }[] = [];
    proxy.fault = ({ name }) => {
      if (name !== "POST /containers/ID/exec") return undefined;
      return {
        held: (body) => {
          commands.push(JSON.parse(body) as (typeof commands)[number]);
          return Promise.resolve("pass");
        },
      };
    };

    const sql = await database.dump();

    expect(sql).toContain("CREATE TABLE public.note");
    expect(sql).toContain("größer");
    expect(sql).not.toMatch(/OWNER TO|GRANT/);
    const [command] = commands;
    const [, password = "none"] = /PGPASSWORD=(.*)/.exec(command?.Env.join("\n") ?? "") ?? [];
    expect(password.length).toBeGreaterThan(10);
    expect(command?.Cmd.join(" ")).toContain("pg_dump");
    expect(command?.Cmd.join(" ")).not.toContain(password);
    await environment.cleanup(); // Before the proxy goes.
    vi.unstubAllEnvs();
  });

  test("is not written for somebody who has left, nor of a server that exists without Cleanroom", async ({
    workspace,
  }) => {
    await using server = await runPostgres();
    vi.stubEnv("CLEANROOM_URL_DB", server.url("maker"));
    const { services } = await workspace.start({ db: postgres(images.postgres) });
    await using database = await services.db.isolate();
    const reason = new Error("It was given up.");

    expect(await failureOf(database.dump({ signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(await failureOf(database.dump())).toMatchObject({ code: "CLEANROOM_UNSUPPORTED" });
    vi.unstubAllEnvs();
  });
});

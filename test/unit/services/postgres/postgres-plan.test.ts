import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ServicePlan } from "../../../../src/container/service-plan.ts";
import type { AnyPostgresOptions } from "../../../../src/services/postgres/postgres-options.ts";
import { planPostgres } from "../../../../src/services/postgres/postgres-plan.ts";
import { containerKey } from "../../../../src/spec/key.ts";
import { outcomeOf } from "../../support/outcome.ts";
import { contextWith, directoryWith } from "../../support/plans.ts";

async function plan(options: AnyPostgresOptions = {}, context = contextWith()): Promise<ServicePlan> {
  return (await planPostgres("postgres:17-alpine", options, context))({});
}

function settingsOf({ spec }: ServicePlan): readonly string[] {
  return (spec.command ?? []).filter((word) => word.includes("="));
}

describe("a postgres plan", () => {
  test("leaves the time zone to a variable of its own, in a file as well", async () => {
    await using directory = await directoryWith({ ".env": "TZ=Europe/Vienna\n" });
    const context = contextWith({
      rootDirectory: directory.path,
      defaults: { pullPolicy: "missing", timeZone: "Asia/Tokyo" },
    });

    expect(settingsOf(await plan({}, context))).toContain("timezone=Asia/Tokyo");
    for (const options of [{ envFiles: [".env"] }, { env: { TZ: "Europe/Vienna" } }]) {
      const { spec } = await plan(options, context);
      expect(spec.env["TZ"]).toBe("Europe/Vienna");
      expect(spec.command).not.toContain("timezone=Asia/Tokyo");
    }
  });

  test("has no variable of a file that would contradict an option", async () => {
    await using directory = await directoryWith({ ".env": "POSTGRES_PASSWORD=p\nPOSTGRES_USER=u\nTZ=UTC\n" });
    const context = contextWith({ rootDirectory: directory.path });

    const error = await outcomeOf(plan({ envFiles: [".env"] }, context));

    expect((error as Error).message).toBe(
      "db is not valid:\n" +
        "  envFiles.0: .env has POSTGRES_PASSWORD; use the option `password`\n" +
        "  envFiles.0: .env has POSTGRES_USER; use the option `username`",
    );
  });

  test("is plain data, complete, with data in memory and nothing flushed", async () => {
    const { spec, details, prepare, renewal, ...rest } = await plan({ password: "secret" });

    expect(spec).toEqual({
      image: "postgres:17-alpine",
      pullPolicy: "missing",
      command: [
        "postgres",
        "-c",
        "max_connections=500",
        "-c",
        "log_checkpoints=off",
        "-c",
        "fsync=off",
        "-c",
        "synchronous_commit=off",
        "-c",
        "full_page_writes=off",
      ],
      env: {
        POSTGRES_DB: "test",
        POSTGRES_USER: "cleanroom",
        POSTGRES_PASSWORD_FILE: "/etc/cleanroom/postgres-password",
        PGDATA: "/var/lib/cleanroom/pgdata",
        POSTGRES_INITDB_ARGS: "--no-sync",
      },
      ports: [{ containerPort: 5432, protocol: "tcp" }],
      files: [
        {
          path: "/etc/cleanroom/postgres-password",
          contentBase64: Buffer.from("password of the superuser").toString("base64"),
          mode: 0o444,
          isSecret: true,
        },
      ],
      mounts: [{ type: "tmpfs", target: "/var/lib/cleanroom", mode: 0o1777 }],
      networkAliases: [],
      hasHostAccess: false,
      labels: {},
      limits: {},
      security: {
        isPrivileged: false,
        hasReadOnlyRootFilesystem: false,
        addCapabilities: [],
        dropCapabilities: [],
        allowsNewPrivileges: false,
      },
      stopGraceMs: 10_000,
      engineOptions: {},
    });
    expect(renewal).toBeDefined();
    expect(rest).toEqual({
      parts: "postgres-databases",
      isMemoryLimitOfAll: true,
      probe: { kind: "postgres", port: 5432 },
      care: {
        startProbe: { kind: "postgres", port: 5432 },
        restartProblem:
          "db cannot be restarted: its data is in memory, which a restart empties.\nSet `durable: true` in its options.",
        startTimeoutMs: 60_000,
        attemptTimeoutMs: 2_000,
      },
      startTimeoutMs: 60_000,
      attemptTimeoutMs: 2_000,
      scope: "project",
      keepAliveMs: 0,
      fingerprint: {
        username: "test",
        extensions: [],
        migrations: [],
        migrate: null,
        inputs: [],
        seeds: [],
        mode: "clone",
      },
      secrets: ["secret"],
    });
    expect(details).toEqual({
      database: "test",
      username: "test",
      password: "secret",
      superuser: "cleanroom",
      superuserPassword: "password of the superuser",
      durable: "false",
      isolation: "clone",
      keepFailedMs: "600000",
    });
    expect(prepare).toBeTypeOf("function");
  });

  test.for([
    ["clone", "postgres-databases"],
    ["transaction", "postgres-databases"],
    ["schema", "postgres-schemas"],
  ] as const)("says what its parts are, and belongs to another server for each: %s", async ([mode, expected]) => {
    const { parts, details, fingerprint } = await plan({ isolation: { mode } });

    expect(parts).toBe(expected);
    expect(details).toMatchObject({ isolation: mode });
    expect(fingerprint).toMatchObject({ mode });
  });

  test.for([
    [{}, "", "600000"],
    [{}, "true", "0"],
    [{ isolation: { keepFailedMs: 5 } }, "true", "5"],
    [{ isolation: { keepFailedMs: 0 } }, "", "0"],
  ] as const)("says how long databases of tests that failed are kept: %j, CI=%s", async ([options, CI, expected]) => {
    const { details } = await plan(options, contextWith({ variables: () => ({ CI }) }));

    expect(details["keepFailedMs"]).toBe(expected);
  });

  test("has a superuser who is the user, if that is asked for", async () => {
    const { spec, details, fingerprint } = await plan({ superuser: true, username: "cleanroom", password: "secret" });

    expect(spec.env).toMatchObject({ POSTGRES_USER: "cleanroom" });
    expect(spec.files.map(({ contentBase64 }) => Buffer.from(contentBase64, "base64").toString())).toEqual(["secret"]);
    expect(details).toEqual(expect.objectContaining({ username: "cleanroom", password: "secret" }));
    expect(details).not.toHaveProperty("superuser");
    expect(fingerprint).toMatchObject({ username: "cleanroom" });
  });

  test.for([{}, { superuser: true }])("holds no password outside of the secret file: %j", async (options) => {
    const { spec, fingerprint } = await plan({ password: "very secret", ...options });
    const { files, ...others } = spec;

    expect(JSON.stringify([others, fingerprint])).not.toMatch(/very secret|password of/);
    expect(files.filter(({ isSecret }) => !isSecret)).toEqual([]);
    expect(containerKey(spec)).toBe(containerKey((await plan({ password: "another", ...options })).spec));
  });

  test("has the password that the project derives for it when none is given", async () => {
    expect((await plan()).details["password"]).toBe("password of the server");
  });

  test("that is durable keeps data on disk and flushes it", async () => {
    const durable = await plan({ durable: true });

    expect(durable.spec.mounts).toEqual([]);
    expect(Object.keys(durable.spec.env)).toEqual(["POSTGRES_DB", "POSTGRES_USER", "POSTGRES_PASSWORD_FILE"]);
    expect(settingsOf(durable)).toEqual(["max_connections=500", "log_checkpoints=off"]);
    expect(durable.details["durable"]).toBe("true");
  });

  test("lets the user's settings and environment win", async () => {
    const custom = await plan({ settings: { fsync: "on", work_mem: "8MB" }, env: { PGDATA: "/data", TZ: "UTC" } });

    expect(settingsOf(custom)).toEqual([
      "max_connections=500",
      "log_checkpoints=off",
      "fsync=on",
      "synchronous_commit=off",
      "full_page_writes=off",
      "work_mem=8MB",
    ]);
    expect(custom.spec.env).toMatchObject({ PGDATA: "/data", TZ: "UTC", POSTGRES_DB: "test" });
  });

  test("takes names, a port, and what every service has", async () => {
    const custom = await plan(
      {
        database: "shop",
        username: "owner",
        hostPort: 5433,
        networkAliases: ["primary"],
        limits: { memoryBytes: 64_000_000 },
        startTimeoutMs: 1_000,
        attemptTimeoutMs: 100,
        stopGraceMs: 0,
        pullPolicy: "never",
        platform: "linux/arm64",
        customizers: [(spec) => ({ ...spec, hostname: "db" })],
      },
      contextWith({ isOnNetwork: true, substituteImage: () => "mirror/postgres:17" }),
    );

    expect(custom.spec).toMatchObject({
      image: "mirror/postgres:17",
      env: { POSTGRES_DB: "shop", POSTGRES_USER: "cleanroom" },
      ports: [{ containerPort: 5432, protocol: "tcp", hostPort: 5433 }],
      networkAliases: ["db", "primary"],
      limits: { memoryBytes: 64_000_000 },
      stopGraceMs: 0,
      pullPolicy: "never",
      platform: "linux/arm64",
      hostname: "db",
    });
    expect(custom).toMatchObject({ startTimeoutMs: 1_000, attemptTimeoutMs: 100, details: { username: "owner" } });
  });

  test("can be prepared anew with another content, but not where tests are the superuser", async () => {
    const fingerprintOf = async (options: AnyPostgresOptions): Promise<unknown> =>
      (await plan(options)).renewal?.fingerprint;

    const same = await fingerprintOf({});
    expect(same).toBeDefined();
    expect(await fingerprintOf({ extensions: ["pgcrypto"], seeds: [] })).toEqual(same);
    expect(await fingerprintOf({ username: "other" })).not.toEqual(same);
    expect(await fingerprintOf({ isolation: { mode: "reset" } })).not.toEqual(same);
    expect(await fingerprintOf({ superuser: true })).toBeUndefined();
    expect(await fingerprintOf({ init: [["psql", "-c", "select 1"]] })).toBeUndefined();
  });

  test("is of a state that can be kept, but not what commands made or secrets of the user's are in", async () => {
    expect((await plan()).snapshot).toBeDefined();
    expect((await plan({ init: [["true"]] })).snapshot).toBeUndefined();
    expect((await plan({ secrets: { key: "value" } })).snapshot).toBeUndefined();
  });

  test("has its extensions in its fingerprint", async () => {
    expect((await plan({ extensions: ["pgcrypto"] })).fingerprint).toMatchObject({ extensions: ["pgcrypto"] });
  });

  test("says that its databases are reset, all but which tables, and has that in its fingerprint", async () => {
    const isolation = { mode: "reset", ignoredTables: ["job", "app.cache"] } as const;

    expect(await plan({ isolation })).toMatchObject({
      parts: "postgres-reset-databases",
      details: { ignoredTables: '["job","app.cache"]' },
      fingerprint: isolation,
    });
  });

  test("has what migrates in its fingerprint: the text, the command, the content of what they read", async () => {
    await using directory = await directoryWith({ "drizzle/1.sql": "a", "drizzle/meta/1.json": "{}", "seed.sql": "b" });
    const context = contextWith({ rootDirectory: directory.path });
    const run = (): void => undefined;
    const env = (url: string): Record<string, string> => ({ DB: url });
    const inputs = ["drizzle/**"];
    const fingerprintOf = async (options: AnyPostgresOptions): Promise<unknown> =>
      (await plan(options, context)).fingerprint;

    expect(await fingerprintOf({ migrate: { run, inputs }, seeds: ["seed.sql"] })).toEqual({
      username: "test",
      extensions: [],
      migrations: [],
      migrate: [String(run)],
      inputs: [
        ["drizzle/1.sql", createHash("sha256").update("a").digest("hex")],
        ["drizzle/meta/1.json", createHash("sha256").update("{}").digest("hex")],
      ],
      seeds: [["seed.sql", "b"]],
      mode: "clone",
    });
    expect(await fingerprintOf({ migrate: { command: ["npx", "tool"], env, inputs: [] } })).toMatchObject({
      migrate: [["npx", "tool"], String(env)],
      inputs: [],
    });
    const digestOfInput = createHash("sha256").update("changed").digest("hex");
    await writeFile(join(directory.path, "drizzle", "1.sql"), "changed");
    expect(await fingerprintOf({ migrate: { run, inputs } })).toMatchObject({
      inputs: [["drizzle/1.sql", digestOfInput], expect.anything()],
    });
  });

  test.for([
    [{ migrate: { run: () => undefined, inputs: ["no/*"] } }, "migrate.inputs"],
    [{ seeds: ["no/*"] }, "seeds"],
  ] as const)("names the option whose files are missing: %j", async ([options, path]) => {
    await expect(plan(options)).rejects.toThrow(`db is not valid:\n  ${path}: no file matches "no/*" in /project`);
  });

  test("has the content of its migrations in its fingerprint", async () => {
    await using directory = await directoryWith({ "sql/1.sql": "create table a ();", "sql/2.sql": "-- b" });

    const { fingerprint } = await plan({ migrations: ["sql/*.sql"] }, contextWith({ rootDirectory: directory.path }));

    expect(fingerprint).toMatchObject({
      migrations: [
        ["sql/1.sql", "create table a ();"],
        ["sql/2.sql", "-- b"],
      ],
    });
  });
});

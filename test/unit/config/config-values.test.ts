import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { complaintsAboutVariables } from "../../../src/config/unknown-variables.ts";
import { loadConfig, type MergedConfig } from "../../../src/index.ts";
import { outcomeOf } from "../support/outcome.ts";
import { directoryWith } from "../support/plans.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

const yaml = `
pullPolicy: never
services:
  db:
    type: postgres
    image: postgres:17
    password: hunter2
    env: { API_TOKEN: abc, UPSTREAM: "http://me:hunter2@host/x" }
    stopGraceMs: 5
  app: { type: container, image: app, dependsOn: { database: db } }
`;

/** Loads a file that holds this, with `@` for the file in what it says. */
async function load(text: string, set: readonly string[] = [], name = "cleanroom.config.yaml"): Promise<MergedConfig> {
  await using directory = await directoryWith({ [name]: text });
  const merged = await loadConfig({ directory: directory.path, set });
  const values = JSON.parse(
    JSON.stringify(merged.values).replaceAll(join(directory.path, name), "@"),
  ) as typeof merged.values;
  return { ...merged, values };
}

describe("every value is told with where it came from", () => {
  test("a setting, with what it wins over", async () => {
    vi.stubEnv("CLEANROOM_PULL_POLICY", "missing");

    const { values, settings } = await load(yaml, ["pullPolicy=always"]);

    expect(settings.pullPolicy).toBe("always");
    expect(values.find(({ path }) => path === "pullPolicy")).toEqual({
      path: "pullPolicy",
      value: "always",
      source: "command line",
      origin: "--set pullPolicy",
      others: [
        { source: "environment", origin: "CLEANROOM_PULL_POLICY", value: "missing" },
        { source: "file", origin: "@:2:1", value: "never" },
        { source: "default", origin: "default", value: "missing" },
      ],
    });
  });

  test("an option of a service, and the defaults of others; no password is shown", async () => {
    const { values } = await load(yaml);

    const shown = values
      .filter(({ path }) => path.startsWith("services."))
      .map(({ path, value, origin }) => `${path} ${String(value)} ${origin}`);
    expect(shown).toEqual([
      "services.db.type postgres @:5:5",
      "services.db.image postgres:17 @:6:5",
      "services.db.password *** @:7:5",
      "services.db.env.API_TOKEN *** @:8:12",
      "services.db.env.UPSTREAM http://me:***@host/x @:8:28",
      "services.db.stopGraceMs 5 @:9:5",
      "services.db.hostAccess false default",
      "services.db.startTimeoutMs 60000 default",
      "services.db.attemptTimeoutMs 2000 default",
      "services.db.supervision false default",
      "services.db.scope project default",
      "services.db.keepAliveMs 0 default",
      "services.app.type container @:10:10",
      "services.app.image app @:10:27",
      "services.app.dependsOn.database db @:10:52",
      ...[
        "hostAccess false",
        "startTimeoutMs 60000",
        "attemptTimeoutMs 2000",
        "supervision false",
        "stopGraceMs 10000",
      ].map((each) => `services.app.${each} default`),
      "services.app.scope project default",
      "services.app.keepAliveMs 0 default",
    ]);
    expect(JSON.stringify(values)).not.toContain("hunter2");
  });

  test.each([
    "PGPASSPHRASE: hunter2",
    "MYSQL_PWD: hunter2",
    "AWS_ACCESS_KEY: hunter2",
    'DSN: "pg://me:x@hunter2@host/x"',
  ])("no password is shown of %s", async (variable) => {
    const { values } = await load(`services: { db: { type: postgres, image: pg, env: { ${variable} } } }`);

    expect(JSON.stringify(values)).not.toContain("hunter2");
  });

  test("what a service is called makes none of its options a secret", async () => {
    const { values } = await load("services: { tokens: { type: redis, image: redis:8, password: hunter2 } }");

    expect(values.find(({ path }) => path === "services.tokens.image")).toMatchObject({ value: "redis:8" });
    expect(values.find(({ path }) => path === "services.tokens.password")).toMatchObject({ value: "***" });
  });

  test("of a module, with its file, where only its author knows the line", async () => {
    const text = `export default { seed: 7, customizers: [(spec) => spec], services: {} };`;

    const { values } = await load(text, [], "cleanroom.config.mjs");

    expect(values.find(({ path }) => path === "seed")).toMatchObject({ value: "7", source: "file", origin: "@" });
    expect(values.find(({ path }) => path === "customizers")).toMatchObject({ value: ["[function]"], origin: "@" });
  });
});

test("a configuration that is not valid is told as such, by its file", async () => {
  await using directory = await directoryWith({ "cleanroom.config.mjs": "export default { services: {}, sed: 1 };" });

  expect(await outcomeOf(loadConfig({ directory: directory.path }))).toMatchObject({
    message: `${join(directory.path, "cleanroom.config.mjs")} is not valid:\n  sed: is not an option; did you mean \`seed\`?`,
  });
});

test("variables that begin as Cleanroom's do and are none are told", async () => {
  const variables = [
    "CLEANROOM_SESSION",
    "CLEANROOM_URL_DB",
    "CLEANROOM_SEED",
    "CLEANROOM_SEDE",
    "CLEANROOM_QUITE_ELSE",
  ];
  for (const name of variables) vi.stubEnv(name, "x");

  expect(await complaintsAboutVariables()).toEqual([
    "CLEANROOM_SEDE is not a variable that Cleanroom reads; did you mean CLEANROOM_SEED?",
    "CLEANROOM_QUITE_ELSE is not a variable that Cleanroom reads",
  ]);
});

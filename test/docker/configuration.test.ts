import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { describe, expect } from "vitest";
import type { MergedConfig } from "../../src/index.ts";
import { loadConfig } from "../../src/index.ts";
import * as engine from "../support/engine.ts";
import { library, runCleanroom } from "../support/run-cleanroom.ts";
import { images, test as base, type Workspace } from "../support/workspace.ts";

/** A command that prints variables, as JSON. */
const printing = (...names: readonly string[]): readonly string[] => [
  process.execPath,
  "-e",
  `console.log(JSON.stringify(${JSON.stringify(names)}.map((name) => process.env[name] ?? null)))`,
];

/** The labels of the containers that were made for a project since a moment, even if they are gone. */
async function labelsSince(sinceMs: number, { directory }: Workspace): Promise<readonly Record<string, string>[]> {
  const found = await engine.createdSince(sinceMs, `dev.cleanroom.project=${directory}`);
  return found.map((labels) => ({ ...labels }));
}

/** One image for each source of a setting, which the containers' labels tell apart. */
const test = base.extend("sources", async ({}, { onCleanup }) => {
  const name = `cleanroom-sources-${randomBytes(6).toString("hex")}`;
  const sources = ["command-line", "environment", "file", "default"];
  for (const source of sources) await engine.deriveImage(images.service, `${name}:${source}`, { Labels: { source } });
  onCleanup(async () => {
    for (const source of sources) await engine.removeImage(`${name}:${source}`);
  });
  return { name, from: (source: string) => `${name}:default=${name}:${source}` };
});

describe("what several sources say", () => {
  test("is what the command line says, then the environment, then the file, then the default", async ({
    workspace,
    sources: { name, from },
  }) => {
    const services = `services: { web: { type: container, image: "${name}:default", ports: [8080] } }\n`;
    const inFile = `imageSubstitutions: { "${name}:default": "${name}:file" }\n`;
    const { directory } = workspace;
    const config = join(directory, "cleanroom.config.yaml");
    const env = { CLEANROOM_IMAGE_SUBSTITUTIONS: from("environment") };
    const set = ["--set", `imageSubstitutions=${from("command-line")}`];
    const used = async (
      text: string,
      place: { env?: NodeJS.ProcessEnv },
      flags: readonly string[],
    ): Promise<unknown> => {
      await workspace.write({ "cleanroom.config.yaml": text });
      const startedAtMs = Date.now();
      const run = await runCleanroom({ directory, ...place }, "run", ...flags, "--", ...printing());
      expect(run.code, run.errors).toBe(0);
      const [web] = await labelsSince(startedAtMs, workspace);
      const explained = await runCleanroom({ directory, ...place }, "config", "--json", ...flags);
      const { values } = JSON.parse(explained.output) as MergedConfig;
      return [web?.["source"], values.find(({ path }) => path === "imageSubstitutions")?.origin];
    };

    expect(await used(inFile + services, { env }, set)).toEqual(["command-line", "--set imageSubstitutions"]);
    expect(await used(inFile + services, { env }, [])).toEqual(["environment", "CLEANROOM_IMAGE_SUBSTITUTIONS"]);
    expect(await used(inFile + services, {}, [])).toEqual(["file", `${config}:1:1`]);
    expect(await used(services, {}, [])).toEqual(["default", "default"]);
    expect(await workspace.left()).toEqual([]);
  });

  test("is passed on by a command line to the command, for the processes in it", async ({ workspace, sources }) => {
    await workspace.write({ "cleanroom.config.json": JSON.stringify({ services: {} }) });
    const names = [
      "CLEANROOM_PULL_POLICY",
      "CLEANROOM_SEED",
      "CLEANROOM_MAX_CONTAINERS",
      "CLEANROOM_IMAGE_SUBSTITUTIONS",
    ];
    const place = {
      directory: workspace.directory,
      env: { CLEANROOM_PULL_POLICY: "always", CLEANROOM_IMAGE_SUBSTITUTIONS: "a=b" },
    };
    const set = ["pullPolicy=never", "capacity.maxContainers=3", `imageSubstitutions=${sources.from("file")}`];
    const flags = [...set.flatMap((each) => ["--set", each]), "--seed", "7"];

    const run = await runCleanroom(place, "run", ...flags, "--", ...printing(...names));

    expect(JSON.parse(run.output)).toEqual(["never", "7", "3", `${sources.from("file")},a=b`]);
  });
});

describe("a kind of service of the user's own", () => {
  test("is used by its name in a file, starts a container, and finds what it depends on", async ({ workspace }) => {
    await workspace.write({
      "types/relay.mjs": `import { container, registerServiceType } from ${library};
        registerServiceType("relay", (image, { topics = [], ...options } = {}) =>
          container(image, { ...options, ports: [8080], labels: { topics: topics.join() } }));`,
      "cleanroom.config.yaml": `
serviceTypes: [./types/relay.mjs]
services:
  relay:
    type: relay
    image: ${images.service}
    topics: [orders, bills]
    dependsOn: { store: cache }
    env: { STORE: "\${store.networkUrl}" }
  cache: { type: redis, image: "${images.redis}" }
`,
    });
    const { config } = await loadConfig({ directory: workspace.directory });

    await workspace.start(config.services);

    const containers = await workspace.containers();
    const relay = containers.find(({ Config }) => Config.Labels["dev.cleanroom.service"] === "relay")!;
    expect(relay.Config.Labels["topics"]).toBe("orders,bills");
    expect(relay.Config.Image).toBe(images.service);
    expect(relay.Config.Env.find((each) => each.startsWith("STORE="))).toMatch(/^STORE=redis:\/\/\S+@cache:6379/);
    expect(relay.State.Running).toBe(true);
  });

  test("is used so by a command, with the error that names its place when it is misspelt", async ({ workspace }) => {
    const file = join(workspace.directory, "package.json");
    const manifest = (type: string): string =>
      JSON.stringify({ cleanroom: { services: { web: { type, image: images.service, ports: [8080] } } } }, null, 2);

    await workspace.write({ "package.json": manifest("container") });
    const run = await runCleanroom(workspace, "run", "--", ...printing("WEB_URL"));
    await workspace.write({ "package.json": manifest("containr") });
    const failed = await runCleanroom(workspace, "run", "--", ...printing("WEB_URL"));

    expect(JSON.parse(run.output)).toEqual([expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/)]);
    expect(failed).toMatchObject({
      code: 1,
      errors: `${file} is not valid:\n  ${file}:5:9: services.web.type: "containr" is not registered; did you mean "container"?\n`,
    });
  });
});

describe("a variable that begins as Cleanroom's do and is none", () => {
  test("is told with the one that was meant", async ({ workspace }) => {
    await workspace.write({ "cleanroom.config.json": '{ "services": {} }' });
    const place = { directory: workspace.directory, env: { CLEANROOM_PULL_POLICYY: "never", CLEANROOM_URL_DB: "" } };
    const complaint =
      "CLEANROOM_PULL_POLICYY is not a variable that Cleanroom reads; did you mean CLEANROOM_PULL_POLICY?";

    const explained = await runCleanroom(place, "config");
    const run = await runCleanroom(place, "run", "--", ...printing());

    expect(explained).toMatchObject({ code: 0, errors: `${complaint}\n` });
    expect(run.code).toBe(0);
    expect(run.errors).toContain(`CleanroomWarning: ${complaint}\n`);
  });
});

import { join } from "node:path";
import { describe, expect } from "vitest";
import type { MergedConfig } from "../../src/index.ts";
import { runCleanroom } from "../support/run-cleanroom.ts";
import { sourcesSince, test } from "../support/sources.ts";
import { images } from "../support/workspace.ts";

/** A command that prints variables, as JSON. */
const printing = (...names: readonly string[]): readonly string[] => [
  process.execPath,
  "-e",
  `console.log(JSON.stringify(${JSON.stringify(names)}.map((name) => process.env[name] ?? null)))`,
];

describe("what several sources say", () => {
  test("is what the command line of a run says, otherwise the file, as the explanation has it", async ({
    workspace,
    sources: { name, from },
  }) => {
    const text = `imageSubstitutions: { "${name}:default": "${name}:file" }
services: { web: { type: container, image: "${name}:default", ports: [8080] } }`;
    const { directory } = workspace;
    const config = join(directory, "cleanroom.config.yaml");
    const variable = (text: string): NodeJS.ProcessEnv => ({ CLEANROOM_IMAGE_SUBSTITUTIONS: text });
    const env = variable(from("environment"));
    const without = variable(""); // That of whoever runs this test is not meant.
    const set = ["--set", `imageSubstitutions=${from("command-line")}`];
    const used = async (variables: NodeJS.ProcessEnv, flags: readonly string[]): Promise<unknown> => {
      await workspace.write({ "cleanroom.config.yaml": text });
      const startedAtMs = Date.now();
      const run = await runCleanroom({ directory, env: variables }, "run", ...flags, "--", ...printing());
      expect(run.code, run.errors).toBe(0);
      const [source] = await sourcesSince(startedAtMs, workspace);
      const explained = await runCleanroom({ directory, env: variables }, "config", "--json", ...flags);
      const { values } = JSON.parse(explained.output) as MergedConfig;
      return [source, values.find(({ path }) => path === "imageSubstitutions")?.origin];
    };

    expect(await used(env, set)).toEqual(["command-line", "--set imageSubstitutions"]);
    expect(await used(without, [])).toEqual(["file", `${config}:1:1`]);
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

describe("a file of data", () => {
  test("describes services to a command, and what is wrong in it is told with its place", async ({ workspace }) => {
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

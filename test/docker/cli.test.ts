import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect } from "vitest";
import { container, redis } from "../../src/index.ts";
import * as engine from "../support/engine.ts";
import { cleanroom as program, library } from "../support/run-cleanroom.ts";
import { images, test } from "../support/workspace.ts";

interface Said {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Runs `cleanroom` in a directory, as a user would. */
function cleanroom(directory: string, ...args: readonly string[]): Promise<Said> {
  return cleanroomWith({}, directory, ...args);
}

async function cleanroomWith(
  variables: Readonly<Record<string, string>>,
  directory: string,
  ...args: readonly string[]
): Promise<Said> {
  const child = spawn(process.execPath, [program, ...args], { cwd: directory, env: { ...process.env, ...variables } });
  const [output, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "exit") as Promise<[number | null]>,
  ]);
  return { code, output, errors };
}

/** A container that Cleanroom did not make, with labels as if it had. Returns its id. */
async function foreignWith(labels: Readonly<Record<string, string>>): Promise<string> {
  return (await engine.runForeign({ Image: images.service, Labels: { ...labels } })).Id;
}

const KEEP_MS = 600_000;

const configuration = (...services: readonly string[]): string =>
  `import { container } from ${library};
   const services = Object.fromEntries(${JSON.stringify(services)}.map((name) => [name, container("web")]));
   export default { services };`;

describe("services that exist already", () => {
  test("are told with their variable; where all do, no engine is missed", async ({ workspace }) => {
    const variables = { CLEANROOM_URL_WEB: "https://me:secret@web.example/path", DOCKER_HOST: "tcp://127.0.0.1:1" };
    const line = "web          uses https://me:***@web.example/path from CLEANROOM_URL_WEB, starts nothing\n";
    await workspace.write({ "cleanroom.config.ts": configuration("web") });
    const doctor = await cleanroomWith(variables, workspace.directory, "doctor");
    const ps = await cleanroomWith(variables, workspace.directory, "ps");

    expect(doctor).toMatchObject({ code: 0, output: expect.stringContaining(line) as string });
    expect(doctor.output).toContain("No engine is needed: every service of the configuration exists already.\n");
    expect(ps).toEqual({ code: 0, output: line, errors: "" });

    await workspace.write({ "cleanroom.config.ts": configuration("web", "other") });
    expect(await cleanroomWith(variables, workspace.directory, "doctor")).toMatchObject({ code: 1, output: line });
    expect((await cleanroomWith(variables, workspace.directory, "ps")).code).toBe(1);
  });

  test("are not those of a variable that names none, of which doctor tells", async ({ workspace }) => {
    await workspace.write({ "cleanroom.config.ts": configuration("web") });
    const variables = {
      CLEANROOM_URL_WEBB: "https://web.example",
      CLEANROOM_URL_ELSEWHERE: "x://y",
      CLEANROOM_URL_NONE: "",
    };

    const { code, output } = await cleanroomWith(variables, workspace.directory, "doctor");

    expect(code).toBe(0);
    expect(output.split("\n").filter((line) => line.includes("CLEANROOM_URL"))).toEqual([
      "CLEANROOM_URL_WEBB names no service of the configuration; did you mean CLEANROOM_URL_WEB?",
      "CLEANROOM_URL_ELSEWHERE names no service of the configuration",
    ]);
  });
});

describe("cleanroom ps", () => {
  test("says that nothing is shared, and starts nothing for it", async ({ workspace }) => {
    expect(await cleanroom(workspace.directory, "ps")).toEqual({
      code: 0,
      output: "No services are shared on this engine.\n",
      errors: "",
    });
  });

  test("lists what is used, and by whom, and what is kept", async ({ workspace }) => {
    const kept = await workspace.start({ kept: redis(images.redis, { keepAliveMs: KEEP_MS }) });
    await kept.cleanup();
    await workspace.start({ used: container(images.service) });

    const { output } = await cleanroom(workspace.directory, "ps");
    const { services } = JSON.parse((await cleanroom(workspace.directory, "ps", "--json")).output) as {
      services: readonly { name: string; state: string; users: string; containerName: string }[];
    };

    expect(output).toMatch(/^SERVICE +STATE +CONTAINER +SHARED BY +USED BY\n/);
    expect(output).toMatch(/\nkept +asleep .* nobody, kept until /);
    expect(output).toMatch(new RegExp(`\\nused +ready .* \\(pid ${process.pid}\\)\\n`));
    const names = (await workspace.containers()).map(({ Name }) => Name.slice(1)).toSorted();
    expect(services.map(({ containerName }) => containerName).toSorted()).toEqual(names);
    await cleanroom(workspace.directory, "down");
  });

  test("lists what others have only when asked to, and keeps that apart", async ({ workspace }) => {
    const id = await foreignWith({ "dev.cleanroom.owner": "another-host" });
    try {
      expect((await cleanroom(workspace.directory, "ps")).output).not.toContain("another-host");
      expect((await cleanroom(workspace.directory, "ps", "--all")).output).toMatch(
        /Looked after by others, and never removed from here:\n[^]*another-host/,
      );
    } finally {
      await engine.removeContainer(id);
    }
  });

  test("refuses an option that it does not have, and suggests the one that was meant", async ({ workspace }) => {
    const { code, errors } = await cleanroom(workspace.directory, "ps", "--al");

    expect(code).toBe(1);
    expect(errors).toContain("unknown option '--al'");
    expect(errors).toContain("Did you mean --all?");
  });
});

describe("cleanroom down", () => {
  test("removes what is kept, and leaves what is used and what is another project's", async ({ workspace }) => {
    const kept = await workspace.start({ kept: redis(images.redis, { keepAliveMs: KEEP_MS }) });
    await kept.cleanup();
    await workspace.start({ used: container(images.service) });

    const elsewhere = await cleanroom("/", "down");
    const { code, output } = await cleanroom(workspace.directory, "down");

    expect(elsewhere).toMatchObject({ code: 0, output: "There was nothing to remove.\n" });
    expect(code).toBe(0);
    expect(output).toMatch(/used stays: it is used by .* \(pid \d+\)\. --force removes it\.\nkept stopped\n$/);
    const left = (await workspace.containers()).map(({ Config }) => Config.Labels["dev.cleanroom.service"]);
    expect(left).toEqual(["used"]);
  });

  test("removes what is used as well when it must", async ({ workspace }) => {
    await workspace.start({ used: container(images.service) });

    expect((await cleanroom(workspace.directory, "down", "--force")).output).toBe("used stopped\n");

    expect(await workspace.left()).toEqual([]);
  });
});

describe("cleanroom prune", () => {
  test("removes what nobody looks after, and touches nothing else", async ({ workspace }) => {
    await workspace.start({ used: container(images.service) });
    const identity = await readFile(join(process.env["CLEANROOM_STATE_DIR"] ?? "", "identity.json"), "utf8");
    const { owner } = JSON.parse(identity) as { owner: string };
    const labels = { "dev.cleanroom.coordinator": "0123456789ab" };
    const own = await foreignWith({ ...labels, "dev.cleanroom.owner": owner });
    const foreign = await foreignWith({ ...labels, "dev.cleanroom.owner": "another-host" });
    try {
      const { code, output } = await cleanroom(workspace.directory, "prune");

      expect([code, output]).toEqual([0, expect.stringMatching(/^Removed container \S+\n$/)]);
      expect(await engine.inspect(own)).toBeUndefined();
      expect(await engine.inspect(foreign)).toBeDefined();
      expect(await workspace.containers()).toHaveLength(1);
      expect((await cleanroom(workspace.directory, "prune")).output).toBe("Nothing was left behind.\n");
    } finally {
      await engine.removeContainer(own);
      await engine.removeContainer(foreign);
    }
  });
});

test("an older Node is told which one is needed, and nothing else", async ({ workspace }) => {
  const versions = `{ value: { ...process.versions, node: "20.20.2" } }`;
  const pretend = `data:text/javascript,Object.defineProperty(process, "versions", ${versions})`;

  const said = await cleanroomWith({ NODE_OPTIONS: `--import=${encodeURI(pretend)}` }, workspace.directory, "--help");

  expect(said).toEqual({
    code: 1,
    output: "",
    errors: expect.stringMatching(/^Cleanroom needs Node \^22\.\S+ .*; this is Node 20\.20\.2\.\n$/) as string,
  });
  expect((await cleanroom(workspace.directory, "--help")).code).toBe(0);
});

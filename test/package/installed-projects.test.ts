import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "vitest";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packPackage } from "../support/installed-package.ts";
import { InstalledProject } from "../support/installed-project.ts";

/** Each in `test/projects/installed`. All have four processes, each of which signs somebody up three times. */
const names = ["esm", "commonjs", "vitest", "jest", "node-test"] as const;

/** Those in which tests can be selected by the names of their files. */
const runners = ["vitest", "jest", "node-test"] as const;

/** What a process writes that does not end, and what Node or Cleanroom has against what it does. */
const COMPLAINTS = /did not exit one second after|close timed out|Warning: /;

const hasGlobalSetup = process.allowedNodeEnvironmentFlags.has("--test-global-setup");

let directory: string;
let projects: Readonly<Record<string, InstalledProject>>;
let settingUp: Readonly<Record<string, Promise<void>>>;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "cleanroom-tarball-"));
  const tarball = await packPackage(directory);
  const created = names.map(async (name) => [name, await InstalledProject.create(name, tarball)] as const);
  projects = Object.fromEntries(await Promise.all(created));
  settingUp = Object.fromEntries(names.map((name) => [name, projects[name]!.setUp()]));
  await Promise.allSettled(Object.values(settingUp)); // Tests tell what failed.
});

afterAll(async () => {
  for (const name of names) await projects[name]?.[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

/** The project, set up by its README. */
async function projectNamed(name: string, skip?: TestContext["skip"]): Promise<InstalledProject> {
  skip?.(name === "node-test" && !hasGlobalSetup, "this Node has no --test-global-setup");
  await settingUp[name];
  return projects[name]!;
}

describe("a project that is set up by its README alone, from the packed package and the registry", () => {
  test.for(names)("has one server, a database for each test, and ends by itself: %s", async (name, { skip }) => {
    const project = await projectNamed(name, skip);
    const run = await project.test();

    expect(run, run.output).toMatchObject({ exitCode: 0, created: ["db"], coordinators: 1, leftovers: [] });
    expect([run.workers.size, run.databases.size]).toEqual([4, 12]);
    expect(run.endedAtMs - run.removedAtMs).toBeLessThan(1000); // As the engine says, when nothing was left to wait for.
    expect(run.output).not.toMatch(COMPLAINTS);
  });

  test.for(names)("has conflicts when all tests use one database: the control: %s", async (name, { skip }) => {
    const project = await projectNamed(name, skip);
    const run = await project.test({ SHARE_DATABASE: "1" });

    expect(run, run.output).toMatchObject({ exitCode: 1, created: ["db"], leftovers: [] });
    expect(run.output).toContain('duplicate key value violates unique constraint "account_pkey"');
  });

  test("is found out when it does not end by itself: the control", async () => {
    const project = await projectNamed("esm");
    const run = await project.test({ STAY_MS: "2000" });
    expect(run.endedAtMs - run.removedAtMs).toBeGreaterThan(1000);
  });

  test.for(runners)("needs no engine for tests that need no service: %s", async (name, { skip }) => {
    const project = await projectNamed(name, skip);
    const run = await project.test({ DOCKER_HOST: "unix:///nowhere/docker.sock" }, " -- unit.test.ts");
    expect(run, run.output).toMatchObject({ exitCode: 0, created: [] });
  });

  test("can say that its modules are CommonJS, as `npm init` does: jest", async () => {
    const project = await projectNamed("jest");
    await project.run("npm pkg set type=commonjs");
    const { exitCode, output } = await project.test({}, " -- unit.test.ts");
    expect(exitCode, output).toBe(0);
    expect(output).not.toMatch(COMPLAINTS);
  });
});

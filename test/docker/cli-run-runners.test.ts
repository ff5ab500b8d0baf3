import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import * as engine from "../support/engine.ts";
import { runCleanroom, type CleanroomEnd } from "../support/run-cleanroom.ts";
import { root } from "../support/source-tree.ts";

const directory = fileURLToPath(new URL("../projects/run", import.meta.url));
const label = `dev.cleanroom.project=${directory}`;

/** Runs a command in the project, in which a variable makes one test of each runner fail. */
function run(env: NodeJS.ProcessEnv, ...command: readonly string[]): Promise<CleanroomEnd> {
  return runCleanroom({ directory, env }, "run", "--", ...command);
}

/** Whether the machine has a program. */
function has(program: string): boolean {
  return spawnSync(program, ["--version"], { stdio: "ignore" }).status === 0;
}

afterEach(async () => {
  expect(await engine.containersLabelled(label)).toEqual([]);
});

describe("each runner finds its services, and what it makes of its tests is the exit code", () => {
  test("mocha", async () => {
    const mocha = [process.execPath, join(root, "node_modules", "mocha", "bin", "mocha.js"), "orders.mocha.mjs"];

    const passed = await run({}, ...mocha);
    const failed = await run({ LOSE: "true" }, ...mocha);

    expect(passed).toMatchObject({ code: 0, output: expect.stringContaining("3 passing") as string });
    expect(failed).toMatchObject({ code: 1, output: expect.stringContaining("2 passing") as string });
  });

  test("unittest of Python", async ({ skip }) => {
    skip(!has("python3"), "there is no python3");
    skip(!has("psql"), "there is no psql");

    const passed = await run({}, "python3", "-m", "unittest");
    const failed = await run({ LOSE: "true" }, "python3", "-m", "unittest");

    expect(passed).toMatchObject({ code: 0, errors: expect.stringMatching(/Ran 2 tests in .*\n\nOK\n$/) as string });
    expect(failed).toMatchObject({ code: 1, errors: expect.stringContaining("FAILED (failures=1)") as string });
  });

  test("a shell script that uses psql", async ({ skip }) => {
    skip(process.platform === "win32", "Windows has another shell");
    skip(!has("psql"), "there is no psql");

    expect(await run({}, "./orders.sh")).toMatchObject({ code: 0, output: "1 orders\n" });
    expect(await run({ LOSE: "true" }, "./orders.sh")).toMatchObject({ code: 1, output: "1 orders\n" });
  });

  test("and without cleanroom none finds any: the control", ({ skip }) => {
    skip(process.platform === "win32", "Windows has another shell");
    skip(!has("psql"), "there is no psql");

    expect(spawnSync("sh", ["orders.sh"], { cwd: directory }).status).not.toBe(0);
  });
});

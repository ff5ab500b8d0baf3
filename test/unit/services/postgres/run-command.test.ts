import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import type { CommandEnd } from "../../../../src/services/postgres/run-command.ts";
import { runCommand, shellLine } from "../../../../src/services/postgres/run-command.ts";
import { outcomeOf } from "../../support/outcome.ts";
import { directoryWith } from "../../support/plans.ts";

const never = new AbortController().signal;

function runNode(script: string, directory = ".", signal = never): Promise<CommandEnd> {
  return runCommand({ command: [process.execPath, "--eval", script], directory, variables: { WORD: "hello" } }, signal);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** A process that starts another one, writes the ids of both to `pids`, and then does what `rest` says. */
function parent(rest: string): string {
  return `
    const child = require("child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "inherit" });
    require("fs").writeFileSync("pids.part", process.pid + " " + child.pid);
    require("fs").renameSync("pids.part", "pids");
    ${rest}`;
}

async function pidsIn(directory: string): Promise<readonly number[]> {
  const text = await vi.waitFor(() => readFile(join(directory, "pids"), "utf8"), { timeout: 10_000 });
  return text.split(" ").map(Number);
}

describe("a command", () => {
  test("runs in its directory with its variables and no others, and has nothing to read", async () => {
    await using directory = await directoryWith({ "here.txt": "" });
    const script = `
      console.log(process.env.WORD, process.env.PATH, require("fs").readdirSync(".").join());
      console.error(require("fs").readFileSync(0, "utf8").length)`;

    expect(await runNode(script, directory.path)).toEqual({
      exitCode: 0,
      signalName: null,
      outputTail: "hello undefined here.txt\n0",
    });
  });

  test("that fails tells its code and the last lines of its output, without colours", async () => {
    const script = `
      for (let i = 1; i <= 5000; i++) console.log("line", i);
      console.error("\\x1b[31mred\\x1b[0m 🐘");
      process.exitCode = 3`;

    const { exitCode, outputTail } = await runNode(script);
    const last20 = Array.from({ length: 20 }, (_, index) => `line ${4981 + index}`);
    expect(exitCode).toBe(3);
    expect(outputTail.split("\n")).toEqual([...last20, "red 🐘"]);
  });

  test("that a signal ends is told apart", async () => {
    expect(await runNode(`process.kill(process.pid, "SIGTERM")`)).toMatchObject({
      exitCode: null,
      signalName: "SIGTERM",
    });
  });

  test("that is not there is an error of the system", async () => {
    const outcome = await outcomeOf(runCommand({ command: ["no-such-program"], directory: ".", variables: {} }, never));
    expect(outcome).toMatchObject({ code: "ENOENT" });
  });

  test("leaves nothing behind when it is aborted, whatever it has started", async () => {
    await using directory = await directoryWith({});
    const abort = new AbortController();
    const reason = new Error("changed my mind");
    const running = outcomeOf(runNode(parent("setInterval(() => {}, 1000)"), directory.path, abort.signal));
    const pids = await pidsIn(directory.path);
    expect(pids.map(isAlive)).toEqual([true, true]);

    abort.abort(reason);

    expect(await running).toBe(reason);
    await vi.waitUntil(() => !pids.some(isAlive), { timeout: 10_000 });
  });

  test("leaves nothing behind when it ends by itself, and is not waited for longer", async () => {
    await using directory = await directoryWith({});
    expect(await runNode(parent("process.exit(0)"), directory.path)).toMatchObject({ exitCode: 0 });
    const [, child = 0] = await pidsIn(directory.path);
    await vi.waitUntil(() => !isAlive(child), { timeout: 10_000 });
  });

  test("is not started when it is aborted already", async () => {
    const reason = new Error("changed my mind");
    await using directory = await directoryWith({});
    expect(await outcomeOf(runNode(parent(""), directory.path, AbortSignal.abort(reason)))).toBe(reason);
    await expect(readFile(join(directory.path, "pids"))).rejects.toThrow("ENOENT");
  });
});

test.for([
  [["npx", "drizzle-kit", "migrate"], "npx drizzle-kit migrate"],
  [["npx", "prisma", "--schema", "my schema/a.prisma"], 'npx prisma --schema "my schema/a.prisma"'],
  [["tool", "a & b", 'say "x"', ""], 'tool "a & b" "say ""x""" ""'],
] as const)("on Windows %j is the line %s", ([words, line]) => {
  expect(shellLine(words)).toBe(line);
});

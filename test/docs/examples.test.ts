import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import * as engine from "../support/engine.ts";
import { root } from "../support/source-tree.ts";
import { runNode } from "./support/run-command.ts";

const { tasks } = (await import(pathToFileURL(join(root, "scripts", "tasks.mjs")).href)) as {
  readonly tasks: { readonly quickstart: { readonly commands: readonly (readonly string[])[] } };
};

const folders = readdirSync(join(root, "examples"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== "node_modules")
  .map(({ name }) => name);

test("quickstart runs every example, and the list names each", () => {
  const projects = readFileSync(join(root, "examples", "vitest.config.ts"), "utf8");
  const list = readFileSync(join(root, "examples", "README.md"), "utf8");
  const direct = tasks.quickstart.commands.flat().join(" ");
  const isRun = (name: string): boolean => direct.includes(`examples/${name}`) || projects.includes(`"${name}"`);
  expect(folders.filter((name) => !isRun(name))).toEqual([]);
  expect(folders.filter((name) => !list.includes(`(${name}`))).toEqual([]);
});

const [shopCommand = [], ...otherCommands] = tasks.quickstart.commands;

test("four workers of the shop share one PostgreSQL and one Redis", async () => {
  const shop = join(root, "examples", "shop");
  expect(shopCommand.slice(-2)).toEqual(["--root", "examples/shop"]);
  const startedAtMs = Date.now();
  await run(shopCommand);

  const created = await engine.createdSince(startedAtMs, `dev.cleanroom.project=${shop}`);
  expect(created.map((labels) => labels["dev.cleanroom.service"]).toSorted()).toEqual(["cache", "db"]);
});

test.for(otherCommands.map((command) => [command.join(" "), command] as const))("%s", ([, command]) => run(command));

/** Runs a command as quickstart does; it must succeed and leave nothing in the engine. */
async function run([program = "", ...args]: readonly string[]): Promise<void> {
  const script = program === "node" ? [] : [join(root, "node_modules", program, `${program}.mjs`)];
  const { exitCode, output } = await runNode([...script, ...args], root);
  expect(exitCode, output).toBe(0);
  for (const name of folders) {
    const label = `dev.cleanroom.project=${join(root, "examples", name)}`;
    expect(await engine.containersLabelled(label)).toEqual([]);
    expect(await engine.networksLabelled(label)).toEqual([]);
  }
}

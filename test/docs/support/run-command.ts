import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "../../support/source-tree.ts";

/** What a command did. */
export interface CommandRun {
  readonly exitCode: number;
  /** Both of its outputs, without colours. */
  readonly output: string;
}

/** Runs Node as a user does, with our own images in the place of those that documents name. */
export function runNode(args: readonly string[], cwd: string): Promise<CommandRun> {
  return run(process.execPath, args, cwd);
}

/**
 * Runs lines that a user types, until one fails, without the options that came with a later Node than this one; `cleanroom` is
 * the one that was built, and Jest the one that is installed.
 */
export function runLines(lines: string, cwd: string): Promise<CommandRun> {
  const cleanroom = `"${process.execPath}" "${join(root, "dist", "cli.js")}"`;
  const jest = `"${process.execPath}" "${createRequire(import.meta.url).resolve("jest/bin/jest")}"`;
  const hasGlobalSetup = process.allowedNodeEnvironmentFlags.has("--test-global-setup");
  const known = hasGlobalSetup ? lines : lines.replaceAll(/ --test-global-setup=\S+/g, "");
  const script = known.replaceAll(/^npx cleanroom\b/gm, cleanroom).replaceAll(/^npx jest\b/gm, jest);
  return run("sh", ["-e", "-c", `exec 2>&1\n${script}`], cwd);
}

async function run(program: string, args: readonly string[], cwd: string): Promise<CommandRun> {
  // What this very run of vitest has set for its own workers is not the other's concern.
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("VITEST") && name !== "TEST");
  const env = {
    ...Object.fromEntries(inherited),
    NO_COLOR: "1",
    CLEANROOM_IMAGE_SUBSTITUTIONS: await imageSubstitutions(),
    // What documents show of Testcontainers by itself knows nothing of substitutes, and has no reaper here.
    POSTGRES_IMAGE: "cleanroom-test/postgres:15",
    TESTCONTAINERS_RYUK_DISABLED: "true",
  };
  const { promise, resolve } = Promise.withResolvers<CommandRun>();
  execFile(program, [...args], { cwd, env, timeout: 120_000 }, (error, stdout, stderr) => {
    resolve({ exitCode: error === null ? 0 : Number(error.code ?? 1), output: `${stdout}${stderr}` });
  });
  return promise;
}

/** Runs a file as documents say it can be run. */
export function runScript(path: string, cwd: string): Promise<CommandRun> {
  return runNode(["--import", pathToFileURL(join(root, "scripts", "await-using.mjs")).href, path], cwd);
}

/** Runs vitest in a project. */
export function runVitestIn(directory: string): Promise<CommandRun> {
  return runNode([join(root, "node_modules", "vitest", "vitest.mjs"), "run", "--root", directory], root);
}

/** Our images in the place of those that documents name; the environment's own rules come first. */
async function imageSubstitutions(): Promise<string> {
  const path = pathToFileURL(join(root, "scripts", "setup", "substitutions.mjs")).href;
  const { OUR_IMAGES } = (await import(path)) as { readonly OUR_IMAGES: string };
  const given = process.env["CLEANROOM_IMAGE_SUBSTITUTIONS"] ?? "";
  return [given, OUR_IMAGES].filter((rules) => rules !== "").join(",");
}

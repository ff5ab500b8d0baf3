import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { contentHash } from "../system/content-hash.mjs";
import { scriptOf } from "../system/npm.mjs";
import { runQuietly } from "../system/run.mjs";
import { withProgress } from "../system/say.mjs";

/** What decides what is in dist. */
const SOURCES = ["src", "package.json", "package-lock.json", "tsconfig.json", "tsconfig.src.json", "tsup.config.ts"];

/** Outside dist, which is published. */
const BUILT_HASH = join("node_modules", ".cleanroom-build-hash");

/**
 * Builds dist unless it was built from these very sources.
 *
 * @type {import("../context.mjs").Step}
 */
export async function ensureBuild({ root, env }) {
  const sources = SOURCES.filter((path) => existsSync(join(root, path)));
  const hash = contentHash(root, sources);
  const record = join(root, BUILT_HASH);
  if (existsSync(join(root, "dist")) && existsSync(record) && readFileSync(record, "utf8") === hash) return;

  // An interrupted build must not be taken for a finished one.
  rmSync(record, { force: true });
  const tsup = scriptOf(root, "tsup");
  await withProgress("building dist", () => runQuietly(process.execPath, [tsup], { cwd: root, env }));
  writeFileSync(record, hash);
}

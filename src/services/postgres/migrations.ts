import { glob, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { ConfigurationError } from "../../errors/configuration-error.ts";
import type { PlanContext } from "../service-definition.ts";

/** A SQL file that has been read. */
export interface Migration {
  /** Its path relative to the configuration's directory, with forward slashes. */
  readonly file: string;
  /** Its content. */
  readonly sql: string;
}

/**
 * Reads the SQL files that `patterns` name, in the order of the patterns and, within one, of the files' names.
 *
 * @throws ConfigurationError when a pattern names none.
 */
export async function readMigrations(patterns: readonly string[], context: PlanContext): Promise<readonly Migration[]> {
  const found = await Promise.all(patterns.map((pattern) => filesOf(pattern, context)));
  const files = [...new Set(found.flat())];
  return Promise.all(files.map((file) => readMigration(file, context)));
}

async function filesOf(pattern: string, { name, rootDirectory }: PlanContext): Promise<readonly string[]> {
  const found = await Array.fromAsync(glob(pattern, { cwd: rootDirectory, withFileTypes: true }));
  const files = found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  if (files.length > 0) return files.toSorted();
  const message = `no file matches ${JSON.stringify(pattern)} in ${rootDirectory}`;
  throw new ConfigurationError({ origin: name, problems: [{ path: "migrations", message }] });
}

async function readMigration(file: string, { rootDirectory }: PlanContext): Promise<Migration> {
  return { file: relative(rootDirectory, file).split(sep).join("/"), sql: await readFile(file, "utf8") };
}

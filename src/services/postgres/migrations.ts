import { createHash } from "node:crypto";
import { glob, readFile, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, relative, sep } from "node:path";
import { ConfigurationError } from "../../errors/configuration-error.ts";
import { messageOf } from "../../errors/describe.ts";
import type { PlanContext } from "../service-definition.ts";

/** A SQL file that has been read. */
export interface Migration {
  /** Its path relative to the configuration's directory, with forward slashes. */
  readonly file: string;
  /** Its content, as far as it is SQL, with the lines where they are in the file. */
  readonly sql: string;
}

/** Where paths start, and what to call the option that names them. */
export interface PatternContext extends Pick<PlanContext, "name" | "rootDirectory"> {
  /**
   * Name of the option.
   * @default "migrations"
   */
  readonly option?: string;
}

/**
 * Reads the SQL files that `patterns` name, in the order of the patterns and, within one, of the files' names.
 *
 * @throws ConfigurationError when a pattern names none, or a file cannot be read or is not UTF-8.
 */
export async function readMigrations(
  patterns: readonly string[],
  context: PatternContext,
): Promise<readonly Migration[]> {
  const files = await filesOfAll(patterns, context);
  return Promise.all(files.map((file) => readMigration(file, context)));
}

/**
 * The files that `patterns` name, each with a digest of its content.
 *
 * @throws ConfigurationError when a pattern names none, or a file cannot be read.
 */
export async function readInputs(
  patterns: readonly string[],
  context: PatternContext,
): Promise<readonly (readonly [file: string, sha256: string])[]> {
  const files = await filesOfAll(patterns, context);
  return Promise.all(
    files.map(async (path) => {
      const { file, bytes } = await readWhole(path, context);
      return [file, createHash("sha256").update(bytes).digest("hex")] as const;
    }),
  );
}

async function filesOfAll(patterns: readonly string[], context: PatternContext): Promise<readonly string[]> {
  const found = await Promise.all(patterns.map((pattern) => filesOf(pattern, context)));
  return [...new Set(found.flat())];
}

async function filesOf(pattern: string, context: PatternContext): Promise<readonly string[]> {
  const { rootDirectory } = context;
  const found = await Array.fromAsync(glob(pattern, { cwd: rootDirectory, withFileTypes: true }));
  const links = found.filter((entry) => entry.isSymbolicLink()).map((entry) => join(entry.parentPath, entry.name));
  const files = found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const link of links) if (!(await leadsToDirectory(link))) files.push(link);
  if (files.length > 0) return (await withoutCircles(files)).toSorted();
  throw refusal(context, `no file matches ${JSON.stringify(pattern)} in ${rootDirectory}`);
}

/** A link that leads nowhere counts as a file: that it cannot be read is told, instead of leaving a migration out. */
async function leadsToDirectory(link: string): Promise<boolean> {
  const target = await stat(link).catch(() => undefined);
  return target?.isDirectory() === true;
}

/** What a link to a directory leads to a second time is left out: `**` goes through such a link, back to where it came from too. */
async function withoutCircles(paths: readonly string[]): Promise<readonly string[]> {
  const shortestByPlace = new Map<string, string>();
  for (const path of paths.toSorted((one, other) => one.length - other.length)) {
    const place = join(await realpath(dirname(path)), basename(path));
    if (!shortestByPlace.has(place)) shortestByPlace.set(place, path);
  }
  return [...shortestByPlace.values()];
}

async function readWhole(
  path: string,
  context: PatternContext,
): Promise<{ readonly file: string; readonly bytes: Buffer }> {
  const file = relative(context.rootDirectory, path).split(sep).join("/");
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw refusal(context, `${file} cannot be read: ${messageOf(cause)}`, cause);
  });
  return { file, bytes };
}

async function readMigration(path: string, context: PatternContext): Promise<Migration> {
  const { file, bytes } = await readWhole(path, context);
  const text = bytes.toString("utf8");
  const strayAt = firstDifference(bytes, Buffer.from(text, "utf8"));
  if (strayAt !== undefined) {
    const stray = (bytes[strayAt] ?? 0).toString(16).padStart(2, "0");
    throw refusal(context, `${file} is not UTF-8: byte ${strayAt + 1} is 0x${stray}; save it as UTF-8`);
  }
  return { file, sql: withoutRestrictions(text.replace(/^\uFEFF/, "")) };
}

/** What cannot be decoded is replaced, so that it is encoded differently again. */
function firstDifference(bytes: Buffer, others: Buffer): number | undefined {
  if (bytes.equals(others)) return undefined;
  const index = bytes.findIndex((byte, position) => byte !== others[position]);
  return index === -1 ? bytes.length - 1 : index;
}

/**
 * `pg_dump` tells psql what not to do while it reads the rest. To the server these lines mean nothing. Their key is another
 * each time, so that they do not belong to what a migration is, either.
 *
 * Source: https://www.postgresql.org/docs/current/app-psql.html#APP-PSQL-META-COMMAND-RESTRICT
 */
function withoutRestrictions(sql: string): string {
  return sql.replaceAll(/^\\(?:un)?restrict[ \t]+[A-Za-z0-9]+[ \t]*(?=\r?$)/gm, "");
}

function refusal(
  { name, option = "migrations" }: PatternContext,
  message: string,
  cause?: unknown,
): ConfigurationError {
  return new ConfigurationError({ origin: name, problems: [{ path: option, message }] }, cause);
}

import { mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** What a test that failed has left in its database. */
export interface FailedDump {
  /** Full name of the test. */
  readonly test: string;
  /** Name of the database. */
  readonly database: string;
  /** What was in it. */
  readonly sql: string;
}

/** How many files are kept; the oldest go first. */
const MAX_FILES = 20;

/** How much of a file's name is that of the test. */
const MAX_SLUG_LENGTH = 60;

/**
 * Writes a dump to `.cleanroom/failed`, which git ignores, in place of older ones.
 *
 * @param rootDirectory - The project's directory.
 * @returns The path of the file.
 */
export async function writeDump(rootDirectory: string, { test, database, sql }: FailedDump): Promise<string> {
  const own = join(rootDirectory, ".cleanroom");
  const directory = join(own, "failed");
  await mkdir(directory, { recursive: true });
  await writeFile(join(own, ".gitignore"), "*\n");
  const file = join(directory, `${slugOf(test)}-${database}.sql`);
  await writeFile(file, sql, { mode: 0o600 });
  await removeOldest(directory);
  return file;
}

function slugOf(test: string): string {
  const words = test.toLowerCase().replaceAll(/[^\p{Letter}\p{Number}]+/gu, "-");
  return words.slice(0, MAX_SLUG_LENGTH).replaceAll(/^-|-$/g, "") || "test";
}

async function removeOldest(directory: string): Promise<void> {
  const names = (await readdir(directory)).filter((name) => name.endsWith(".sql"));
  if (names.length <= MAX_FILES) return;
  const files = await Promise.all(
    names.map(async (name) => {
      const file = join(directory, name);
      const changedAtMs = (await stat(file).catch(() => undefined))?.mtimeMs ?? 0; // Another worker may have removed it.
      return { file, changedAtMs };
    }),
  );
  const newestFirst = files.toSorted((one, other) => other.changedAtMs - one.changedAtMs);
  for (const { file } of newestFirst.slice(MAX_FILES)) await rm(file, { force: true });
}

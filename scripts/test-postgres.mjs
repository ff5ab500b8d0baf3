// Runs the tests of Postgres on other major versions than that of our image: `npm run test:postgres -- 12 18`.
import { join } from "node:path";

import { POSTGRES_MAJORS } from "./setup/postgres-versions.mjs";
import { scriptOf } from "./system/npm.mjs";
import { run } from "./system/run.mjs";
import { say } from "./system/say.mjs";

const root = join(import.meta.dirname, "..");
const majors = process.argv.length > 2 ? process.argv.slice(2) : POSTGRES_MAJORS;
const unknown = majors.filter((major) => !POSTGRES_MAJORS.includes(major));
if (unknown.length > 0) {
  say(`There is no image of PostgreSQL ${unknown.join(", ")}; there are ${POSTGRES_MAJORS.join(", ")}.`);
  process.exit(2);
}

/** Npm has no `pg_dump`; ours is that of 15, and dumps no server that is newer than itself. */
const NEWEST_DUMPED = 15;
const TESTS_WITH_DUMPS = ["test/docker/postgres-dump.test.ts", "test/docker/postgres-own-schemas.test.ts"];

for (const major of majors) {
  say(`\nPostgreSQL ${major}`);
  const substitution = `cleanroom-test/postgres:15=cleanroom-test/postgres:${major}`;
  const env = {
    ...process.env,
    CLEANROOM_IMAGE_SUBSTITUTIONS: `${substitution},${process.env.CLEANROOM_IMAGE_SUBSTITUTIONS ?? ""}`,
  };
  const excluded = Number(major) > NEWEST_DUMPED ? TESTS_WITH_DUMPS : [];
  if (excluded.length > 0) say(`Not run, as there is no pg_dump of this version: ${excluded.join(", ")}`);
  const words = ["run", "--project", "docker", "--reporter", "dot", "test/docker/postgres"];
  words.push(...excluded.flatMap((file) => ["--exclude", file]));
  const exitCode = await run(process.execPath, [scriptOf(root, "vitest"), ...words], { cwd: root, env });
  if (exitCode !== 0) process.exitCode = exitCode;
}

import { canInstallPackages, findCommand, installPackages } from "../system/apt.mjs";
import { say } from "../system/say.mjs";

/** What some tests run under `cleanroom run`, and the Debian packages that have it. */
const PROGRAMS = [
  { command: "psql", package: "postgresql-client" },
  { command: "python3", package: "python3" },
];

/**
 * Installs programs of other languages on Debian and Ubuntu, as root, where they are missing. Anywhere else, or when that fails,
 * the tests that use them are skipped and say so.
 *
 * @type {import("../context.mjs").Step}
 */
export async function ensurePrograms() {
  const missing = PROGRAMS.filter(({ command }) => findCommand(command) === undefined);
  if (missing.length === 0 || !canInstallPackages()) return;
  try {
    await installPackages(missing.map((program) => program.package));
  } catch (error) {
    const names = missing.map(({ command }) => command).join(", ");
    say(`  that did not work, going on without ${names}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

import { readdirSync, readFileSync } from "node:fs";

/** The coordinators of a state directory that run, as the operating system says. */
export function runningCoordinators(stateDirectory: string): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && isCoordinator(name, stateDirectory))
    .map(Number);
}

function isCoordinator(pid: string, stateDirectory: string): boolean {
  try {
    if (/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"))) return false; // Dead, and only not yet reaped.
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
    return /\bcoordinator(\/main\.ts|\.js)\0/.test(command) && command.includes(`"stateDirectory":"${stateDirectory}"`);
  } catch {
    return false; // It ended meanwhile.
  }
}

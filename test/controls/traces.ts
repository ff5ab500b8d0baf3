import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import * as engine from "../support/engine.ts";
import { runningCoordinators } from "../support/running-coordinators.ts";

/**
 * Empties a temporary directory, and ends and removes what the state directories and the projects in it have: a product
 * with a feature switched off cannot be trusted to do that.
 */
export async function removeTraces(temporary: string): Promise<void> {
  if (!existsSync(temporary)) return;
  const directories = readdirSync(temporary).map((name) => join(temporary, name));
  for (const directory of directories) endCoordinators(directory);
  for (const label of directories.flatMap(labelsOf)) await removeLabelled(label);
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary);
}

function endCoordinators(stateDirectory: string): void {
  for (const pid of runningCoordinators(stateDirectory)) {
    try {
      process.kill(pid, "SIGKILL");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error; // It has ended meanwhile.
    }
  }
}

/** What marks everything that was made for a directory, be it a project's or one that keeps Cleanroom's state. */
function labelsOf(directory: string): readonly string[] {
  const identity = join(directory, "identity.json");
  const project = `dev.cleanroom.project=${directory}`;
  if (!existsSync(identity)) return [project];
  const { owner } = JSON.parse(readFileSync(identity, "utf8")) as { readonly owner: string };
  return [project, `dev.cleanroom.owner=${owner}`, `dev.cleanroom.warm.owner=${owner}`];
}

async function removeLabelled(label: string): Promise<void> {
  for (const { Id } of await engine.containersLabelled(label)) await engine.removeContainer(Id);
  for (const { Id } of await engine.networksLabelled(label)) await engine.removeNetwork(Id);
  for (const { Id } of await engine.imagesLabelled(label)) await engine.removeImage(Id);
}

import { settingVariables } from "./environment-variables.ts";
import { settingDefinitions } from "./settings.ts";

/** What has been told already. */
const told = new Set<string>();

/** What is said of each variable that is set, begins as Cleanroom's own do, and is none of them. */
export async function complaintsAboutVariables(): Promise<readonly string[]> {
  const known = Object.values(settingDefinitions).map(({ variable }) => variable);
  const unknown = settingVariables().filter((name) => !known.includes(name));
  if (unknown.length === 0) return [];
  const { nearest } = await import("../validation/nearest.ts"); // Most have none, and need not load it.
  return unknown.map((name) => {
    const meant = nearest(name, known);
    return `${name} is not a variable that Cleanroom reads${meant === undefined ? "" : `; did you mean ${meant}?`}`;
  });
}

/** Warns of them, of each once. */
export async function warnOfUnknownVariables(): Promise<void> {
  for (const complaint of await complaintsAboutVariables()) {
    if (!told.has(complaint)) process.emitWarning(complaint, "CleanroomWarning");
    told.add(complaint);
  }
}

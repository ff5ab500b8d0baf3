import type { ConfigurationProblem } from "../errors/configuration-error.ts";
import { isObject } from "../errors/is-object.ts";

/** Keys that change what an object inherits, where somebody copies it carelessly. No option is called so. */
const FORBIDDEN = ["__proto__", "constructor", "prototype"];

/** How deep values may be nested; what is deeper was made by a program, or contains itself. */
const MAX_DEPTH = 32;

/** The first thing that must not be in data which is read from a file, whatever it means; absent when there is none. */
export function findHazard(value: unknown, path: readonly string[] = []): ConfigurationProblem | undefined {
  if (!isObject(value)) return undefined;
  if (path.length > MAX_DEPTH) {
    return { path: path.slice(0, 2).join("."), message: `is nested more than ${MAX_DEPTH} levels deep` };
  }
  for (const [key, inner] of Object.entries(value)) {
    const at = [...path, key];
    if (FORBIDDEN.includes(key)) return { path: at.join("."), message: "is not allowed as a name" };
    const hazard = findHazard(inner, at);
    if (hazard !== undefined) return hazard; // The others are not looked for: a value that contains itself has no end of them.
  }
  return undefined;
}

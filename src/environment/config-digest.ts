import { createHash } from "node:crypto";
import { isPlainObject } from "../errors/is-object.ts";

/**
 * Identifies a configuration as it was written, defects included, so that one that was found valid need not be checked again:
 * the library that checks it takes longer to load than a service that runs takes to find.
 *
 * @returns `undefined` when it cannot be told, as for one that contains itself or an instance of a class: two of those may
 * differ in what cannot be seen.
 */
export function digestOf(configuration: unknown): string | undefined {
  try {
    const text = JSON.stringify(configuration, function (this: Record<string, unknown>, key) {
      const value = this[key]; // Not the one it is called with, which may have gone through `toJSON`.
      return isPlain(value) ? distinguishable(value) : 0n; // Which JSON refuses.
    });
    return createHash("sha256").update(text).digest("hex");
  } catch {
    return undefined;
  }
}

/** What JSON would leave out or make alike. */
function distinguishable(value: unknown): unknown {
  switch (typeof value) {
    case "function":
    case "bigint":
    case "undefined":
    case "symbol":
      return { [typeof value]: String(value) };
    case "number":
      return Number.isFinite(value) ? value : { number: String(value) };
    default:
      return value;
  }
}

function isPlain(value: unknown): boolean {
  return typeof value !== "object" || value === null || Array.isArray(value) || isPlainObject(value);
}

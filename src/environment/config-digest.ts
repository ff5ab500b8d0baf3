import { createHash } from "node:crypto";

/**
 * Identifies a configuration as it was written, defects included, so that one that was found valid need not be checked again:
 * the library that checks it takes longer to load than a service that runs takes to find.
 *
 * @returns `undefined` when it cannot be told, as for one that contains itself.
 */
export function digestOf(configuration: unknown): string | undefined {
  try {
    const text = JSON.stringify(configuration, (_key, value: unknown) => distinguishable(value));
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

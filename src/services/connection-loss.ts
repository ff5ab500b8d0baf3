import { isObject } from "../errors/is-object.ts";

/** What the system says of a connection that broke. */
export const lostConnectionCodes: ReadonlySet<string> = new Set(["ECONNRESET", "EPIPE", "ECONNABORTED"]);

/** What the system says of an address where nobody is. */
export const unreachableCodes: ReadonlySet<string> = new Set(["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH"]);

/** The code of whatever was thrown; empty when it has none. */
export function codeOf(thrown: unknown): string {
  return isObject(thrown) && "code" in thrown && typeof thrown.code === "string" ? thrown.code : "";
}

import { isObject } from "../../errors/is-object.ts";
import { codeOf } from "../connection-loss.ts";

/** PostgreSQL's codes for a full disk and for too many connections. Source: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const fullCodes: ReadonlySet<string> = new Set(["53100", "53300"]);

/** Whether what a part could not be made for is that the server has no room. */
export function isServerFull(error: unknown): boolean {
  return isObject(error) && "cause" in error && fullCodes.has(codeOf(error.cause));
}

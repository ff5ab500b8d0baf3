import { type Context, createContext, Script } from "node:vm";
import { ProbeError } from "../errors/probe-error.ts";
import type { TextPattern } from "./probe.ts";

/** How long matching may take, in milliseconds. */
const TIMEOUT_MS = 1_000;

/** Only what runs as a script of its own can be ended before it returns. */
const script = new Script("new RegExp(source, flags).test(text)");

let context: Context | undefined;

/**
 * Whether a text matches. Some patterns take longer than anybody can wait for some texts, and hold up everything else that the
 * process does, which may be to look after the services of others.
 *
 * @throws ProbeError when that takes more than a second.
 */
export function matchesPattern(text: string, { source, flags }: TextPattern): boolean {
  context ??= createContext({}); // Takes milliseconds, so there is one for all.
  try {
    Object.assign(context, { source, flags, text });
    return Boolean(script.runInContext(context, { timeout: TIMEOUT_MS }));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw error;
    throw new ProbeError(`the pattern was not matched with the body within ${TIMEOUT_MS} ms`, error);
  } finally {
    Object.assign(context, { text: "" });
  }
}

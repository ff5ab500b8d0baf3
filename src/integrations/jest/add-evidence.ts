import { inspect } from "node:util";
import type { Circus } from "@jest/types";
import { addEvidence as addToError, withEvidence } from "../runner/add-evidence.ts";
import type { ErrorLike } from "../runner/set-message.ts";
import { isErrorLike, stackWith } from "../runner/set-message.ts";

/** One error may be that of several tests, such as what a `beforeAll` threw. */
const told = new WeakSet<object>();

/** Adds evidence to the last error of a test that failed. What is no error, as when the test took too long, becomes one. */
export function addEvidence(test: Pick<Circus.TestEntry, "asyncError" | "errors">, evidence: readonly string[]): void {
  if (evidence.length === 0) return;
  const last: unknown = test.errors.at(-1);
  // As Jest notes it: with an error that was made where the test or the hook is, in case that what was thrown is none.
  const noted: readonly unknown[] = [last, test.asyncError];
  const [thrown, origin] = noted.flat();
  if (isErrorLike(thrown)) {
    if (told.has(thrown)) return;
    told.add(thrown);
    if (addToError(thrown, evidence)) return;
  }
  test.errors[test.errors.length - 1] = [errorFor(thrown, origin, evidence), test.asyncError];
}

/** An error that Jest shows in place of what was thrown. */
function errorFor(thrown: unknown, origin: unknown, evidence: readonly string[]): ErrorLike {
  const [made = { message: "" }] = [thrown, origin].filter(isErrorLike);
  const text = made === thrown ? made.message : typeof thrown === "string" ? thrown : inspect(thrown);
  const message = withEvidence(text, evidence);
  return { message, stack: typeof made.stack === "string" ? stackWith(made.stack, made.message, message) : message };
}

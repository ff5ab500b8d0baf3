import type { TestError } from "vitest";

/**
 * Adds evidence to the message of the last error, which every reporter shows. An annotation could not be made any more, as
 * vitest refuses those of a test that has failed, and an error of its own would count as a second failure.
 */
export function addEvidence(errors: readonly TestError[], evidence: readonly string[]): void {
  const error = errors.at(-1);
  if (error === undefined || evidence.length === 0) return;
  const told = error.message;
  error.message = [told, ...evidence].join("\n\n");
  // Some reporters show this only; it begins with the message.
  if (error.stack !== undefined) error.stack = error.stack.replace(told, () => error.message);
}

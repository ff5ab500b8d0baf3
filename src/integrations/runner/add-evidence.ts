import type { ErrorLike } from "./set-message.ts";
import { setMessage } from "./set-message.ts";

/**
 * Adds evidence to the message of an error, which every reporter shows; an error of its own would count as a second failure.
 *
 * @returns Whether it could: an error may be frozen.
 */
export function addEvidence(error: ErrorLike, evidence: readonly string[]): boolean {
  return evidence.length === 0 || setMessage(error, withEvidence(error.message, evidence));
}

/** What is told of a failure, and evidence, once although several tell of the same part. */
export function withEvidence(told: string, evidence: readonly string[]): string {
  return [told, ...evidence.filter((each) => !told.includes(each))].filter((each) => each !== "").join("\n\n");
}

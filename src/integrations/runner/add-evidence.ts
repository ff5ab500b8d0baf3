/** What a test failed with, as far as a report shows it. */
export interface FailureReport {
  /** What is told of it. */
  message: string;
  /** The same with where it happened, if that is known. */
  stack?: string;
}

/**
 * Adds evidence to the message of an error, which every reporter shows; an error of its own would count as a second failure.
 */
export function addEvidence(error: FailureReport, evidence: readonly string[]): void {
  if (evidence.length === 0) return;
  const told = error.message;
  error.message = [told, ...evidence].join("\n\n");
  // Some reporters show this only; it begins with the message.
  if (error.stack !== undefined) error.stack = error.stack.replace(told, () => error.message);
}

import { inspect } from "node:util";
import { withEvidence } from "../runner/add-evidence.ts";
import { isErrorLike, setMessage } from "../runner/set-message.ts";

/** What Node reports of a test that failed: an error of its own, whose cause is what the test threw. */
interface TestFailure {
  message: string;
  cause?: unknown;
}

/**
 * Adds evidence to the message of what a test threw, which every reporter shows. Of what `t.diagnostic` is given, `spec` shows
 * nothing where it sums up the failures, `junit` makes a comment, and `dot` shows nothing at all.
 */
export function addEvidence(failure: TestFailure, evidence: readonly string[]): void {
  if (evidence.length === 0) return;
  const { cause } = failure;
  const told = isErrorLike(cause) ? cause.message : typeof cause === "string" ? cause : inspect(cause);
  const message = withEvidence(told, evidence);
  failure.message = failure.message.replace(told, () => message);
  if (isErrorLike(cause) && setMessage(cause, message)) return;
  failure.cause = { [inspect.custom]: () => message }; // Of text, reporters would show `\n` between its lines.
}

import { inspect } from "node:util";

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
  const message = [told, ...evidence].join("\n\n");
  failure.message = failure.message.replace(told, () => message);
  if (isErrorLike(cause) && setMessage(cause, told, message)) return;
  failure.cause = { [inspect.custom]: () => message }; // Of text, reporters would show `\n` between its lines.
}

interface ErrorLike {
  readonly message: string;
  readonly stack?: unknown;
}

function isErrorLike(value: unknown): value is ErrorLike {
  return typeof value === "object" && value !== null && "message" in value && typeof value.message === "string";
}

/** Whether the message could be set; that of an error which is frozen cannot. */
function setMessage(error: ErrorLike, told: string, message: string): boolean {
  const { stack } = error; // Reporters show it only. Its first reader has it made, of the message as it is by then.
  const set = (key: string, value: string): boolean =>
    // Not by assignment: the message of a `DOMException` comes from its class.
    Reflect.defineProperty(error, key, { value, configurable: true, writable: true, enumerable: false });
  const isStackSet =
    typeof stack !== "string" ||
    set(
      "stack",
      stack.replace(told, () => message),
    );
  return isStackSet && set("message", message);
}

import { CleanroomError } from "./cleanroom-error.ts";
import { lines } from "./describe.ts";

/** Which service could not give an isolated part, and why. */
export interface IsolationErrorDetails {
  /** Name of the service. */
  readonly container: string;
  /** What was to be done, for example `drop the database test_1 of db`; absent when all parts are in use. */
  readonly operation?: string;
  /** `exhausted`: all its parts are in use. `failed`: the service did not do what it was asked. */
  readonly failure: "exhausted" | "failed";
  /** What happened, in the service's own words where it said any. */
  readonly reason: string;
  /** What to try. */
  readonly hint: string;
}

/** A service could not give an isolated part of itself, or take one back. */
export class IsolationError extends CleanroomError {
  static {
    this.prototype.name = "IsolationError";
  }

  readonly code: "CLEANROOM_ISOLATION_EXHAUSTED" | "CLEANROOM_ISOLATION_FAILED";
  readonly details: IsolationErrorDetails;

  constructor(details: IsolationErrorDetails, cause?: unknown) {
    const { failure, hint } = details;
    super(lines(describe(details), hint), { cause });
    this.code = failure === "exhausted" ? "CLEANROOM_ISOLATION_EXHAUSTED" : "CLEANROOM_ISOLATION_FAILED";
    this.details = details;
  }
}

function describe({ container, operation, failure, reason }: IsolationErrorDetails): string {
  if (failure === "exhausted") return reason;
  return operation === undefined
    ? `${container} could not be isolated: ${reason}`
    : `Could not ${operation}: ${reason}`;
}

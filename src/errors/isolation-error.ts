import { CleanroomError } from "./cleanroom-error.ts";
import { lines } from "./describe.ts";

/** Which service could not give an isolated part, and why. */
export interface IsolationErrorDetails {
  /** Name of the service. */
  readonly container: string;
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
    const { container, failure, reason, hint } = details;
    const said = failure === "exhausted" ? reason : `${container} could not be isolated: ${reason}`;
    super(lines(said, hint), { cause });
    this.code = failure === "exhausted" ? "CLEANROOM_ISOLATION_EXHAUSTED" : "CLEANROOM_ISOLATION_FAILED";
    this.details = details;
  }
}

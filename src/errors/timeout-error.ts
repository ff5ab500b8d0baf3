import { CleanroomError } from "./cleanroom-error.ts";
import { lines } from "./describe.ts";

/** What took too long. */
export interface TimeoutErrorDetails {
  /** What was being done, for example `initialise db`. */
  readonly operation: string;
  /** How long it was given, in milliseconds. */
  readonly timeoutMs: number;
  /** What to try. */
  readonly hint?: string;
}

/** An operation did not end within its deadline. */
export class TimeoutError extends CleanroomError {
  static {
    this.prototype.name = "TimeoutError";
  }

  readonly code = "CLEANROOM_TIMEOUT";
  readonly details: TimeoutErrorDetails;

  constructor(details: TimeoutErrorDetails, cause?: unknown) {
    super(lines(`Could not ${details.operation} within ${Math.round(details.timeoutMs)} ms.`, details.hint), { cause });
    this.details = details;
  }
}

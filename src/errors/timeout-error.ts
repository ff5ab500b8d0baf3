import { CleanroomError } from "./cleanroom-error.ts";
import { lines } from "./describe.ts";

/** What took too long. */
export interface TimeoutErrorDetails {
  /** What was being done, for example `initialise db`. */
  readonly operation: string;
  /** What of a service's start it was: until it was healthy, or the initialisation after that. Absent when it was neither. */
  readonly phase?: "start" | "initialise";
  /** How long it was given, in milliseconds. */
  readonly timeoutMs: number;
  /** How long it had taken when it was given up, in milliseconds. */
  readonly elapsedMs: number;
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

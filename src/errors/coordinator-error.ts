import { CleanroomError } from "./cleanroom-error.ts";
import { lines } from "./describe.ts";

/** Why there is no coordinator. */
export interface CoordinatorErrorDetails {
  /** What is wrong, as a sentence. */
  readonly problem: string;
  /** Where the coordinator says more; absent when there was none. */
  readonly log?: string;
}

/** The process that shares services between processes could not be started or reached. */
export class CoordinatorError extends CleanroomError {
  static {
    this.prototype.name = "CoordinatorError";
  }

  readonly code = "CLEANROOM_COORDINATOR";
  readonly details: CoordinatorErrorDetails;

  constructor(details: CoordinatorErrorDetails, cause?: unknown) {
    super(describe(details), { cause });
    this.details = details;
  }
}

function describe({ problem, log }: CoordinatorErrorDetails): string {
  return lines(
    problem,
    log === undefined ? undefined : `Its log is ${log}.`,
    'Set CLEANROOM_STATE_DIR to a directory of your own, or `coordination: "in-process"` to share nothing between processes.',
  );
}

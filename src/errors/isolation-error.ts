import { CleanroomError } from "./cleanroom-error.ts";

/** Which service has no more room for another isolated part. */
export interface IsolationErrorDetails {
  /** Name of the service. */
  readonly container: string;
  /** How many parts it has in all. */
  readonly capacity: number;
}

/** A service has handed out every isolated part it has. */
export class IsolationError extends CleanroomError {
  static {
    this.prototype.name = "IsolationError";
  }

  readonly code = "CLEANROOM_ISOLATION_EXHAUSTED";
  readonly details: IsolationErrorDetails;

  constructor(details: IsolationErrorDetails, cause?: unknown) {
    super(describe(details), { cause });
    this.details = details;
  }
}

function describe({ container, capacity }: IsolationErrorDetails): string {
  return [
    `All ${capacity} isolated databases of ${container} are in use.`,
    "Dispose what `isolate()` returned (`await using` does), or raise `databases`.",
  ].join("\n");
}

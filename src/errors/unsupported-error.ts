import { CleanroomError } from "./cleanroom-error.ts";

/** What was asked for cannot be done with this image, engine or release. */
export class UnsupportedError extends CleanroomError {
  static {
    this.prototype.name = "UnsupportedError";
  }

  readonly code = "CLEANROOM_UNSUPPORTED";

  /** @param problem - What cannot be done, why, and what to do in its place. */
  constructor(problem: string, cause?: unknown) {
    super(problem, { cause });
  }
}

import { CleanroomError } from "./cleanroom-error.ts";

/** One attempt of a probe did not find the service healthy; the message says what it saw. */
export class ProbeError extends CleanroomError {
  static {
    this.prototype.name = "ProbeError";
  }

  readonly code = "CLEANROOM_PROBE_FAILED";

  /** @param seen - What was seen in place of a healthy service, for example `status 503`. */
  constructor(seen: string, cause?: unknown) {
    super(seen, { cause });
  }
}

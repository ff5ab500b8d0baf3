import { CleanroomError } from "./cleanroom-error.ts";
import { describeLogs, lines } from "./describe.ts";

/** Which container ended, and what it left behind to read. */
export interface ExitErrorDetails {
  /** Name of the service. */
  readonly container: string;
  /** Exit code of its main process. */
  readonly exitCode: number;
  /** Its last log lines. */
  readonly logTail: string;
}

/** Exit code of a process that was ended by SIGKILL. */
const KILLED = 137;

/** A container ended although it was still in use. */
export class ExitError extends CleanroomError {
  static {
    this.prototype.name = "ExitError";
  }

  readonly code = "CLEANROOM_EXITED_WHILE_RUNNING";
  readonly details: ExitErrorDetails;

  constructor(details: ExitErrorDetails, cause?: unknown) {
    super(describe(details), { cause });
    this.details = details;
  }
}

function describe({ container, exitCode, logTail }: ExitErrorDetails): string {
  return lines(
    `${container} exited with code ${exitCode} while it was in use.`,
    exitCode === KILLED ? "That code means it was killed." : undefined,
    describeLogs(logTail),
  );
}

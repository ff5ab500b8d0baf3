import { CleanroomError } from "./cleanroom-error.ts";
import { describeKept } from "./describe-kept.ts";
import { describeLogs, lines } from "./describe.ts";

/** Which container did not come up, and what it left behind to read. */
export interface StartErrorDetails {
  /** Name of the service. */
  readonly container: string;
  /** The image as it was asked of the engine. */
  readonly image: string;
  /** Exit code of its main process; absent when the engine could not run it at all. */
  readonly exitCode?: number;
  /** The engine's own words, when it could not run the command. */
  readonly reason?: string;
  /** How long it ran, in milliseconds. */
  readonly elapsedMs: number;
  /** Its last log lines. */
  readonly logTail: string;
  /** What the container is called in the engine from then on, where it is kept to be looked at. */
  readonly keptAs?: string;
}

/** Exit code of a process that was ended by SIGKILL. */
const KILLED = 137;

/** A container was created but its process could not be run, or ended before it was ready. */
export class StartError extends CleanroomError {
  static {
    this.prototype.name = "StartError";
  }

  readonly code: "CLEANROOM_EXITED_AT_START" | "CLEANROOM_COMMAND_NOT_RUNNABLE";
  readonly details: StartErrorDetails;

  constructor(details: StartErrorDetails, cause?: unknown) {
    super(describe(details), { cause });
    this.code = details.exitCode === undefined ? "CLEANROOM_COMMAND_NOT_RUNNABLE" : "CLEANROOM_EXITED_AT_START";
    this.details = details;
  }
}

function describe({ container, image, exitCode, reason, elapsedMs, logTail, keptAs }: StartErrorDetails): string {
  if (exitCode === undefined) {
    return lines(
      `${container} (${image}) could not be started: ${reason ?? "the engine gave no reason"}`,
      "Check its `command`, `entrypoint` and `user`.",
    );
  }
  return lines(
    `${container} (${image}) exited with code ${exitCode} after ${Math.round(elapsedMs)} ms, before it was ready.`,
    exitCode === KILLED ? "That code means it was killed, as when memory runs out." : undefined,
    describeLogs(logTail),
    describeKept(keptAs, "has ended"),
  );
}

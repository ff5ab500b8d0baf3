import { CleanroomError } from "./cleanroom-error.ts";
import { describeKept } from "./describe-kept.ts";
import { describeLogs, lines } from "./describe.ts";

/** Which container never became healthy, and what its probe saw. */
export interface HealthErrorDetails {
  /** Name of the service. */
  readonly container: string;
  /** The probe, for example `http GET :8080/ready`. */
  readonly probe: string;
  /** How long it was waited for, in milliseconds. */
  readonly elapsedMs: number;
  /** How often the probe was tried. */
  readonly attempts: number;
  /** What the last attempts saw, oldest first; the same one several times in a row is there once. */
  readonly lastResults: readonly string[];
  /** The container's last log lines. */
  readonly logTail: string;
  /** What the container is called in the engine from then on, where it is kept to be looked at. */
  readonly keptAs?: string;
}

/** A container was running but its probe never succeeded in time. */
export class HealthError extends CleanroomError {
  static {
    this.prototype.name = "HealthError";
  }

  readonly code = "CLEANROOM_HEALTH_TIMEOUT";
  readonly details: HealthErrorDetails;

  /** @param cause - The failure of the last attempt. */
  constructor(details: HealthErrorDetails, cause?: unknown) {
    super(describe(details), { cause });
    this.details = details;
  }
}

function describe({ container, probe, elapsedMs, attempts, lastResults, logTail, keptAs }: HealthErrorDetails): string {
  const attempted = attempts === 1 ? "1 attempt" : `${attempts} attempts`;
  return lines(
    `${container} was not healthy after ${Math.round(elapsedMs)} ms (${probe}, ${attempted}).`,
    lastResults.length === 0 ? undefined : `Last seen: ${lastResults.join("; ")}.`,
    "Raise `startTimeoutMs` if it only needs longer; otherwise check `health` and the logs.",
    describeLogs(logTail),
    describeKept(keptAs, "runs"),
  );
}

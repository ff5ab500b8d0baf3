import { CleanroomError } from "./cleanroom-error.ts";
import { describeKept } from "./describe-kept.ts";
import { describeLogs, lines } from "./describe.ts";

/** Which limit was hit, by whom. */
export interface ResourceErrorDetails {
  /** Name of the service. */
  readonly container: string;
  /** What ran out. */
  readonly resource: "memory";
  /** The limit in bytes; absent when only the machine's own memory was the limit. */
  readonly limitBytes?: number;
  /** The container's last log lines. */
  readonly logTail: string;
  /** What the container is called in the engine from then on, where it is kept to be looked at. */
  readonly keptAs?: string;
}

/** A container ended because it reached one of its limits. */
export class ResourceError extends CleanroomError {
  static {
    this.prototype.name = "ResourceError";
  }

  readonly code = "CLEANROOM_OUT_OF_MEMORY";
  readonly details: ResourceErrorDetails;

  constructor(details: ResourceErrorDetails, cause?: unknown) {
    super(describe(details), { cause });
    this.details = details;
  }
}

function describe({ container, limitBytes, logTail, keptAs }: ResourceErrorDetails): string {
  const limit = limitBytes === undefined ? "the machine's memory" : `its limit of ${limitBytes} bytes`;
  return lines(
    `${container} was killed because it used more memory than ${limit}.`,
    "Raise `limits.memoryBytes`, or make it use less.",
    describeLogs(logTail),
    describeKept(keptAs, "has ended"),
  );
}

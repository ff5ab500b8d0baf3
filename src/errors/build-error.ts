import { CleanroomError } from "./cleanroom-error.ts";
import { describeOutput, lines } from "./describe.ts";

/** Which image could not be built, and where its build got to. */
export interface BuildErrorDetails {
  /** Name of the service. */
  readonly container: string;
  /** What the image was to be called. */
  readonly image: string;
  /** Path of its Dockerfile. */
  readonly dockerfile: string;
  /** The step that failed, as in `2/3 : RUN make`; absent when none had begun. */
  readonly step?: string;
  /** The last lines that the build printed. */
  readonly output: string;
  /** The engine's own words. */
  readonly reason: string;
}

/** An image could not be built from its Dockerfile. */
export class BuildError extends CleanroomError {
  static {
    this.prototype.name = "BuildError";
  }

  readonly code = "CLEANROOM_BUILD";
  readonly details: BuildErrorDetails;

  constructor(details: BuildErrorDetails, cause?: unknown) {
    super(describe(details), { cause });
    this.details = details;
  }
}

function describe({ container, dockerfile, step, output, reason }: BuildErrorDetails): string {
  const where = step === undefined ? "" : `, step ${step}`;
  return lines(
    `The image of ${container} could not be built from ${dockerfile}${where}: ${reason}`,
    output === "" ? undefined : describeOutput(output),
  );
}

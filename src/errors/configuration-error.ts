import { CleanroomError } from "./cleanroom-error.ts";

/** One thing that is wrong with what the user wrote. */
export interface ConfigurationProblem {
  /** Where it is, for example `limits.memoryBytes`; empty when it concerns the whole. */
  readonly path: string;
  /** What is wrong and what was expected. */
  readonly message: string;
  /** Where that is written, as `file:line:column`; absent unless it is in a file of JSON or YAML. */
  readonly place?: string;
}

/** Which input was wrong, and all that is wrong with it. */
export interface ConfigurationErrorDetails {
  /** Where the values came from, for example a file or `db, a postgres(),`. */
  readonly origin: string;
  /** Every problem found, in the order of the input. */
  readonly problems: readonly ConfigurationProblem[];
}

/** What the user asked for is not valid. Thrown before anything starts, or for a port that is not published. */
export class ConfigurationError extends CleanroomError {
  static {
    this.prototype.name = "ConfigurationError"; // Inherited, so it survives bundling and stays out of inspection.
  }

  readonly code = "CLEANROOM_CONFIGURATION";
  readonly details: ConfigurationErrorDetails;

  constructor(details: ConfigurationErrorDetails, cause?: unknown) {
    super(describe(details), { cause });
    this.details = details;
  }
}

function describe({ origin, problems }: ConfigurationErrorDetails): string {
  const list = problems.map(
    ({ place, path, message }) => `  ${[place, path, message].filter((part) => part).join(": ")}`,
  );
  return [`${origin} is not valid:`, ...list].join("\n");
}

import { CleanroomError } from "./cleanroom-error.ts";
import { lines } from "./describe.ts";

/** Which part of an initialisation failed, where. */
export interface MigrationErrorDetails {
  /** Name of the service. */
  readonly container: string;
  /** Path of the SQL file; absent when it was something else. */
  readonly file?: string;
  /** Name of the extension that could not be created. */
  readonly extension?: string;
  /** Line in that file, from 1; absent when the server named none. */
  readonly line?: number;
  /** The server's own words. */
  readonly reason: string;
  /** The server's hint, when it gave one. */
  readonly hint?: string;
}

/** A migration failed, or an extension could not be created; nothing is left of the service. */
export class MigrationError extends CleanroomError {
  static {
    this.prototype.name = "MigrationError";
  }

  readonly code = "CLEANROOM_MIGRATION";
  readonly details: MigrationErrorDetails;

  constructor(details: MigrationErrorDetails, cause?: unknown) {
    super(describe(details), { cause });
    this.details = details;
  }
}

function describe({ container, hint, reason, ...place }: MigrationErrorDetails): string {
  return lines(`${subject(container, place)}: ${reason}`, hint === undefined ? undefined : `Hint: ${hint}`);
}

function subject(container: string, { file, line, extension }: Partial<MigrationErrorDetails>): string {
  if (extension !== undefined) return `The extension ${extension} of ${container} could not be created`;
  return `A migration of ${container} failed at ${[file, line].filter((part) => part !== undefined).join(":")}`;
}

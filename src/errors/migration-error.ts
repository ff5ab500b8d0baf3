import { CleanroomError } from "./cleanroom-error.ts";
import { lines } from "./describe.ts";

/** Which migration failed, where. */
export interface MigrationErrorDetails {
  /** Name of the service. */
  readonly container: string;
  /** Path of the SQL file. */
  readonly file: string;
  /** Line in that file, from 1; absent when the server named none. */
  readonly line?: number;
  /** The server's own words. */
  readonly reason: string;
  /** The server's hint, when it gave one. */
  readonly hint?: string;
}

/** A migration was refused by the database; nothing of it is left. */
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

function describe({ container, file, line, reason, hint }: MigrationErrorDetails): string {
  const place = line === undefined ? file : `${file}:${line}`;
  return lines(
    `A migration of ${container} failed at ${place}: ${reason}`,
    hint === undefined ? undefined : `Hint: ${hint}`,
  );
}

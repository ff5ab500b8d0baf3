import { CleanroomError } from "./cleanroom-error.ts";
import { describeOutput, lines } from "./describe.ts";

/** Which part of an initialisation failed, where. */
export interface MigrationErrorDetails {
  /** Name of the service. */
  readonly container: string;
  /** Path of the SQL file; absent when it was something else, and of a function everything else is, too. */
  readonly file?: string;
  /** Name of the extension that could not be created. */
  readonly extension?: string;
  /** The command that failed. */
  readonly command?: readonly string[];
  /** Its exit code; absent when it could not be started or a signal ended it. */
  readonly exitCode?: number;
  /** The last lines that it printed, without the password. */
  readonly output?: string;
  /** Line in that file, from 1; absent when the server named none. */
  readonly line?: number;
  /** What the server, or what migrates, said of it. */
  readonly reason: string;
  /** What may help, when the server gave a hint or it lacked rights. */
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

function describe({ container, hint, reason, output, ...place }: MigrationErrorDetails): string {
  return lines(
    `${subject(container, place)}: ${reason}`,
    output === undefined ? undefined : describeOutput(output),
    hint === undefined ? undefined : `Hint: ${hint}`,
  );
}

function subject(container: string, { file, line, extension, command }: Partial<MigrationErrorDetails>): string {
  if (extension !== undefined) return `The extension ${extension} of ${container} could not be created`;
  if (command !== undefined) return `Migrating ${container} with \`${command.join(" ")}\` failed`;
  if (file === undefined) return `Migrating ${container} failed`;
  return `A migration of ${container} failed at ${[file, line].filter((part) => part !== undefined).join(":")}`;
}

import { CleanroomError } from "./cleanroom-error.ts";
import { messageOf } from "./describe.ts";

/** Several releases failed; every failure is in `errors`, none hides another. */
export class CleanupError extends CleanroomError {
  static {
    this.prototype.name = "CleanupError";
  }

  readonly code = "CLEANROOM_CLEANUP";

  /** What failed, in the order of the attempts. */
  readonly errors: readonly unknown[];

  constructor(errors: readonly unknown[]) {
    super(describe(errors), { cause: errors[0] });
    this.errors = errors;
  }
}

function describe(errors: readonly unknown[]): string {
  const count = errors.length === 1 ? "1 release" : `${errors.length} releases`;
  return [`${count} failed; everything else was given back:`, ...errors.map((error) => `  ${messageOf(error)}`)].join(
    "\n",
  );
}

import { CleanroomError, hasCode } from "./cleanroom-error.ts";
import { messageOf } from "./describe.ts";

/** Several releases failed; every failure is in `errors`, none hides another. */
export class CleanupError extends CleanroomError {
  static {
    this.prototype.name = "CleanupError";
  }

  readonly code = "CLEANROOM_CLEANUP";

  /** What failed, in the order of the attempts; what another such error brought together is taken apart. */
  override readonly errors: readonly unknown[];

  constructor(errors: readonly unknown[]) {
    const all = errors.flatMap((error) => (isCleanupError(error) ? error.errors : [error]));
    super(describe(all), { cause: all[0] });
    this.errors = all;
  }
}

/** Whether an error brings several failed releases together. */
export function isCleanupError(error: unknown): error is CleanupError {
  return hasCode(error, "CLEANROOM_CLEANUP");
}

function describe(errors: readonly unknown[]): string {
  const count = errors.length === 1 ? "1 release" : `${errors.length} releases`;
  return [`${count} failed; everything else was given back:`, ...errors.map((error) => `  ${messageOf(error)}`)].join(
    "\n",
  );
}

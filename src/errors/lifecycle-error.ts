import { CleanroomError } from "./cleanroom-error.ts";

/** Something was used in a state that does not allow it, such as an environment after its cleanup. */
export class LifecycleError extends CleanroomError {
  static {
    this.prototype.name = "LifecycleError";
  }

  readonly code = "CLEANROOM_LIFECYCLE";

  /** @param problem - What was done, in which state, and what to do in its place. */
  constructor(problem: string) {
    super(problem);
  }
}

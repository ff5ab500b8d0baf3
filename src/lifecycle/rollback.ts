import { isCleanupError } from "../errors/cleanup-error.ts";
import { messageOf } from "../errors/describe.ts";
import { ResourceScope } from "./resource-scope.ts";

/**
 * Undoes the steps before one that failed. What cannot be undone becomes a warning, so that whoever waits is told the
 * failure itself: `await using` would hide it in a `SuppressedError` without a message.
 */
export class Rollback extends ResourceScope {
  /** Forgets everything: the steps succeeded, and what they made belongs to somebody else from now on. */
  disarm(): void {
    this.move();
  }

  /** Gives everything back, once. Never rejects. */
  override async [Symbol.asyncDispose](): Promise<void> {
    try {
      await super[Symbol.asyncDispose]();
    } catch (error) {
      const failures = isCleanupError(error) ? error.errors : [error];
      for (const failure of failures) {
        process.emitWarning(`Not cleaned up: ${messageOf(failure)}`, "CleanroomWarning");
      }
    }
  }
}

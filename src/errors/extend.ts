import type { CleanroomError } from "./cleanroom-error.ts";
import { lines } from "./describe.ts";

/**
 * An error of the same class, code and details that says more. The one that it extends is its `cause`.
 *
 * @param note - Further lines of its message.
 * @param errors - What it brings together.
 */
export function extendError(error: CleanroomError, note: string, errors: readonly unknown[]): CleanroomError {
  // Made as its class makes it, but without the constructor, which would put the message together anew.
  const given = [lines(error.message, note), { cause: error }];
  const extended = Reflect.construct(Error, given, error.constructor) as CleanroomError;
  return Object.assign(extended, error, { errors });
}

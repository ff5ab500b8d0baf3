import { isObject } from "./is-object.ts";

/**
 * The base of every error Cleanroom throws.
 *
 * Compare `code`, not the class: test runners such as Jest load a package once per realm, so `instanceof` may be false
 * for the very same class.
 */
export abstract class CleanroomError extends Error {
  /** Stable identifier of the failure; never changes between releases. */
  abstract readonly code: `CLEANROOM_${string}`;

  /** What it brings together: the failure of every attempt, or of a service and of its fallback. Absent when it is about one. */
  declare readonly errors?: readonly unknown[];
}

/** Whether `error` carries the given Cleanroom code; works across realms and duplicate copies of the package. */
export function hasCode<Code extends CleanroomError["code"]>(
  error: unknown,
  code: Code,
): error is CleanroomError & { readonly code: Code } {
  return isObject(error) && "code" in error && error.code === code;
}

/** Whether an error is one of Cleanroom's own, of whatever class. */
export function isCleanroomError(error: unknown): error is CleanroomError {
  return isObject(error) && "code" in error && typeof error.code === "string" && error.code.startsWith("CLEANROOM_");
}

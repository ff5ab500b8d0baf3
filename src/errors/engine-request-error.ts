import { CleanroomError } from "./cleanroom-error.ts";

/** Why the engine said no, as far as its answer tells. */
export type EngineRefusal =
  | "image-not-found"
  | "image-unauthorized"
  | "registry-unreachable"
  | "not-found"
  | "already-done"
  | "conflict"
  | "port-in-use"
  | "command-not-runnable"
  | "invalid"
  | "unanswered"
  | "other";

/** Which call failed and what the engine said. */
export interface EngineRequestDetails {
  /** The call, for example `create container`. */
  readonly operation: string;
  /** What kind of refusal it was. */
  readonly refusal: EngineRefusal;
  /** The engine's own words. */
  readonly reason: string;
  /** HTTP status; absent when there was no answer. */
  readonly statusCode?: number;
}

/** The engine answered a call with an error, or did not answer it. */
export class EngineRequestError extends CleanroomError {
  static {
    this.prototype.name = "EngineRequestError";
  }

  readonly code = "CLEANROOM_ENGINE_REQUEST";
  readonly details: EngineRequestDetails;

  constructor(details: EngineRequestDetails, cause?: unknown) {
    super(`The engine refused to ${details.operation}: ${details.reason}`, { cause });
    this.details = details;
  }
}

/** Whether the engine said that the thing asked about does not exist. */
export function isNotFound(error: unknown): boolean {
  return error instanceof EngineRequestError && error.details.refusal === "not-found";
}

import { CleanroomError, hasCode } from "./cleanroom-error.ts";

/** Why the engine said no, as far as its answer tells. */
export type EngineRefusal =
  | "image-not-found"
  | "platform-unavailable"
  | "image-corrupt"
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
    super(describe(details), { cause });
    this.details = details;
  }
}

/** What kind of refusal an error of the engine is; `undefined` when it is another error. */
export function refusalOf(error: unknown): EngineRefusal | undefined {
  return isEngineRequestError(error) ? error.details.refusal : undefined;
}

/** Whether an error is one of the engine's. */
export function isEngineRequestError(error: unknown): error is EngineRequestError {
  return hasCode(error, "CLEANROOM_ENGINE_REQUEST");
}

function describe({ operation, refusal, reason }: EngineRequestDetails): string {
  if (refusal === "unanswered") return `The engine did not answer when asked to ${operation}: ${reason}`;
  return `The engine refused to ${operation}: ${reason}`;
}

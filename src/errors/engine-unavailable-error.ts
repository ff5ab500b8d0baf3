import { CleanroomError } from "./cleanroom-error.ts";

/** Which engine was asked for, by whom, and what to do. */
export interface EngineUnavailableDetails {
  /** The address that was tried, for example `unix:///var/run/docker.sock`. */
  readonly endpoint: string;
  /** What chose that address, for example `DOCKER_HOST` or `the defaults`. */
  readonly origin: string;
  /** What happened, for example `connect ENOENT`. */
  readonly reason: string;
}

/** No container engine answers at the address that was asked for. Another one is never used in its place. */
export class EngineUnavailableError extends CleanroomError {
  static {
    this.prototype.name = "EngineUnavailableError";
  }

  readonly code = "CLEANROOM_ENGINE_UNAVAILABLE";
  readonly details: EngineUnavailableDetails;

  constructor(details: EngineUnavailableDetails, cause?: unknown) {
    super(describe(details), { cause });
    this.details = details;
  }
}

function describe({ endpoint, origin, reason }: EngineUnavailableDetails): string {
  return [
    `No container engine answers at ${endpoint} (from ${origin}): ${reason}.`,
    "Start Docker, or point DOCKER_HOST at an engine that runs. Cleanroom never falls back to another engine.",
  ].join("\n");
}

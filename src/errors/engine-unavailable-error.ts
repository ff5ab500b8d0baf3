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
  const advice = /\bE(?:ACCES|PERM)\b/.test(reason)
    ? "This user may not use its socket. On Linux, members of the group `docker` may: " +
      "`sudo usermod -aG docker $USER`, then log in again."
    : "Start Docker, or point DOCKER_HOST at an engine that runs. Cleanroom never falls back to another engine.";
  return `No container engine answers at ${endpoint} (from ${origin}): ${reason}.\n${advice}`;
}

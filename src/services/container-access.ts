import type { ContainerStats, ExecOptions, ExecResult } from "../backend/container-backend.ts";
import type { ContainerState } from "../lifecycle/lifecycle-state.ts";

/** What a handle can ask of the container behind it. */
export interface ContainerAccess {
  /** Its state now. */
  state(): ContainerState;
  /** Runs a command in it, without a shell. */
  exec(command: readonly string[], options: ExecOptions, signal?: AbortSignal): Promise<ExecResult>;
  /** Its last `tailLines` log lines. */
  logs(tailLines: number, signal?: AbortSignal): Promise<string>;
  /** Whether a part can be kept after it was given back: somebody must be there to remove it in the end. */
  readonly canKeepParts?: boolean;
  /** A part of it that nobody else has; what it is called. Only of services that have parts. */
  takePart(signal?: AbortSignal): Promise<string>;
  /** Gives a part back, which is removed in the background, at once or after some time. */
  givePart(id: string, keepForMs?: number): Promise<void>;
  /** What it uses of the machine now. */
  stats(signal?: AbortSignal): Promise<ContainerStats>;
}

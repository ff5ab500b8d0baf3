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
  /** What it uses of the machine now. */
  stats(signal?: AbortSignal): Promise<ContainerStats>;
}

import type { ContainerStats, ExecOptions, ExecResult } from "../backend/container-backend.ts";
import type { ServiceConnection } from "../container/service-connection.ts";
import type { ContainerHealth } from "../health/container-health.ts";
import type { ContainerState } from "../lifecycle/lifecycle-state.ts";
import type { ServiceMetrics } from "../metrics/service-metrics.ts";
import type { MonitorOptions } from "../resources/monitor-container.ts";
import type { ResourceSample } from "../resources/resource-sample.ts";

/** What a handle can ask of the container behind it. */
export interface ContainerAccess {
  /** Its state now. */
  state(): ContainerState;
  /** What it failed with; absent where nobody would tell. */
  error?(): unknown;
  /** How it is reached now, which a restart changes; absent where nobody would tell. */
  connection?(): ServiceConnection;
  /** How it is, by the probes that watch it. Absent where nobody watches it. */
  health?(): Promise<ContainerHealth>;
  /** What it uses, and how it is. Absent where nobody could look. */
  metrics?(): Promise<ServiceMetrics>;
  /** Restarts it and resolves when it can be used again. Absent where nobody can. */
  restart?(): Promise<void>;
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
  /** A container described like it that nobody else has. Absent where nobody is there to start one. */
  claim?(options: ClaimOptions): Promise<ClaimedContainer>;
  /** What it uses of the machine now. */
  stats(signal?: AbortSignal): Promise<ContainerStats>;
  /** Samples of what it uses of the machine, as they are made, until it ends. */
  monitor(options: MonitorOptions): AsyncIterable<ResourceSample>;
}

/** Which container is claimed. */
export interface ClaimOptions {
  /** Whether the one that others share will do while nobody has claimed it. */
  readonly includesShared: boolean;
  /** Whether another is started meanwhile, for whoever claims one next. */
  readonly isNextStarted: boolean;
  /** Ends the wait early; the returned promise rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** A container that its holder alone has. */
export interface ClaimedContainer {
  /** How to reach it. */
  readonly connection: ServiceConnection;
  /** What a handle can ask of it. */
  readonly access: ContainerAccess;
  /** Whether it was made for this very claim; of any other, somebody may have used it. */
  readonly isNew: boolean;
  /** Gives it back: for the next one, or to be removed in the background. */
  give(isReusable: boolean): Promise<void>;
  /** Has it removed, as it could not be reset, and tells why. */
  discard(error: unknown): Promise<void>;
}

import type { EventMap, StartTimings } from "../events/event-map.ts";
import type { ServiceMetrics } from "./service-metrics.ts";
import type { Timings } from "./timings.ts";

/** An event that is counted. */
export type CountedEvent = Extract<
  keyof EventMap,
  | "container:ready"
  | "start:failed"
  | "container:removed"
  | "container:restarted"
  | "container:out-of-memory"
  | "resource:exceeded"
  | "reset:failed"
  | "recovery:retry"
  | "recovery:fallback"
>;

/** One start that this process has done, of a container that is shared or of one for a single holder. */
export interface StartMetrics {
  /** Name of the service. */
  readonly name: string;
  /** How it ended. */
  readonly outcome: "ready" | "failed";
  /** When it ended, in milliseconds since the epoch. */
  readonly atMs: number;
  /** How long it took, in milliseconds; of several attempts the last, unless all failed. */
  readonly durationMs: number;
  /** Where the time went; absent of one that failed. */
  readonly timings?: StartTimings;
  /** How many attempts it took; absent of one that failed. */
  readonly attempts?: number;
  /** Whether it came from a warm image; absent of one that failed. */
  readonly isWarm?: boolean;
  /** Whether its container ran already, and was only initialised anew; absent of one that failed. */
  readonly isRenewed?: boolean;
  /** What it failed with. */
  readonly error?: string;
}

/** What is known of the services of an environment. Plain data. */
export interface EnvironmentMetrics {
  /** When they were looked at, in milliseconds since the epoch. */
  readonly atMs: number;
  /** The services that the environment uses, by name. */
  readonly services: Readonly<Record<string, ServiceMetrics>>;
  /** What `measure` has timed, by name. */
  readonly measurements: Readonly<Record<string, Timings>>;
  /** What this process has started, oldest first; the last 1,000. */
  readonly starts: readonly StartMetrics[];
  /** How often each event happened; those that never did are absent. */
  readonly events: Readonly<Partial<Record<CountedEvent, number>>>;
}

import type { HealthChange, HealthCheckName } from "../lifecycle/health-status.ts";
import type { ContainerState } from "../lifecycle/lifecycle-state.ts";

/** How long each step of a start took, in milliseconds. */
export interface StartTimings {
  /** Fetching the image, or building it; 0 when it was there. */
  readonly pullMs: number;
  /** Making the container and copying files into it. */
  readonly createMs: number;
  /** Until the engine reported the process as started. */
  readonly startMs: number;
  /** From then until the probe succeeded. */
  readonly waitMs: number;
  /** Initialisation after that, such as migrations. */
  readonly prepareMs: number;
  /** All of it. */
  readonly totalMs: number;
}

/** A container moved to another state. */
export interface StateEvent {
  /** Name of the service. */
  readonly name: string;
  /** The engine's id of the container. */
  readonly id: string;
  /** The state before; absent for the first. */
  readonly from?: ContainerState;
  /** The state now. */
  readonly to: ContainerState;
  /** When, in milliseconds since the epoch. */
  readonly atMs: number;
  /** Why. */
  readonly reason: string;
  /** What it failed with, when `to` is `failed`. */
  readonly error?: unknown;
}

/** A container can be used. */
export interface ReadyEvent {
  /** Name of the service. */
  readonly name: string;
  /** The engine's id of the container. */
  readonly id: string;
  /** Where the time went. */
  readonly timings: StartTimings;
  /** How many attempts it took: 1, unless `recovery.retry` had it tried again. `timings` are those of the last. */
  readonly attempts: number;
  /** Whether it was started from a warm image, and so not initialised. */
  readonly isWarm: boolean;
  /** Whether it ran already, and was only initialised anew. */
  readonly isRenewed: boolean;
  /** Whether it is for a single holder: then there may be many of its service. */
  readonly isClaimed: boolean;
}

/** A warm image could not be used, or could not be made. The service is not the worse for it. */
export interface WarmImageEvent {
  /** Name of the service. */
  readonly name: string;
  /** What happened, and why. */
  readonly reason: string;
}

/** An image is being fetched. */
export interface PullEvent {
  /** The image as it is asked of the engine. */
  readonly image: string;
  /** Bytes fetched so far, of the layers whose size is known. */
  readonly receivedBytes: number;
  /** Bytes known to be needed so far; grows while layers are discovered. */
  readonly totalBytes: number;
}

/** A step of an image's build begins. Told in the process that builds it. */
export interface BuildEvent {
  /** Name of the service that needs it. */
  readonly name: string;
  /** What it will be called. */
  readonly image: string;
  /** Which step, of how many, and its instruction, as in `2/3 : RUN make`. */
  readonly step: string;
}

/** A container could not be reset for its next holder. It is not used any more; another takes its place. */
export interface ResetEvent {
  /** Name of the service. */
  readonly name: string;
  /** The engine's id of the container. */
  readonly id: string;
  /** What happened. */
  readonly reason: string;
}

/** A container is gone. */
export interface RemovedEvent {
  /** Name of the service. */
  readonly name: string;
  /** The engine's id of the container. */
  readonly id: string;
}

/** A container became healthier or sicker. */
export interface HealthChangeEvent extends HealthChange {
  /** Name of the service. */
  readonly name: string;
  /** The engine's id of the container. */
  readonly id: string;
  /** What told so. */
  readonly check: HealthCheckName;
}

/** Something happened to a container that goes on. */
export interface ConditionChangeEvent {
  /** Name of the service. */
  readonly name: string;
  /** The engine's id of the container. */
  readonly id: string;
  /** When it was told, in milliseconds since the epoch. */
  readonly atMs: number;
}

/** A container has been restarted and can be used again. */
export interface ContainerRestartedEvent extends ConditionChangeEvent {
  /** Why it was restarted. */
  readonly reason: string;
  /** Its host ports from now on, keyed by `5432/tcp`. */
  readonly ports: Readonly<Record<string, number>>;
}

/** A container used more than a rule of its option `resources` allows, and the rule has acted. */
export interface ResourceExceededEvent {
  /** Name of the service. */
  readonly name: string;
  /** The engine's id of the container. */
  readonly id: string;
  /** When it was seen, in milliseconds since the epoch. */
  readonly atMs: number;
  /** What the rule is on, such as `memoryBytes`: it says the unit. */
  readonly metric: string;
  /** The rule's threshold, in the metric's unit. */
  readonly above: number;
  /** What was seen, in the metric's unit. */
  readonly observed: number;
  /** Since when it was above the threshold, in milliseconds since the epoch. */
  readonly sinceMs: number;
  /** What the rule does. */
  readonly action: "alert" | "throttle" | "restart" | "kill";
  /** Why that could not be done; absent when it was. */
  readonly error?: unknown;
}

/** A service of the configuration exists already: nothing is started for it. */
export interface ExistingServiceEvent {
  /** Name of the service. */
  readonly name: string;
  /** Where it answers, without its password. */
  readonly url: string;
  /** The environment variable that says so. */
  readonly variable: string;
}

/** A start failed, what there was of it is gone, and it will be tried again. Told in the process that creates the service. */
export interface RetryEvent {
  /** Name of the service. */
  readonly name: string;
  /** Which attempt failed, from 1. */
  readonly attempt: number;
  /** How many there may be in all. */
  readonly attempts: number;
  /** How long until the next one begins, in milliseconds. */
  readonly delayMs: number;
  /** What it failed with. */
  readonly error: unknown;
}

/** A service could not be created. Told in the process that tried, after its last attempt. */
export interface StartFailedEvent {
  /** Name of the service. */
  readonly name: string;
  /** When it was given up, in milliseconds since the epoch. */
  readonly atMs: number;
  /** How long it was tried, in milliseconds. */
  readonly durationMs: number;
  /** What it failed with. */
  readonly error: unknown;
}

/** A service could not be created, and its fallback is used in its place. Told in every process that uses it. */
export interface FallbackEvent {
  /** Name of the service. */
  readonly name: string;
  /** What creating it failed with. */
  readonly error: unknown;
  /** What is used: an image, or a URL without its password. */
  readonly to: string;
}

/** Every event and its payload. Events are facts: they are emitted after what they tell has happened. */
export interface EventMap {
  /** A container moved to another state. */
  readonly "container:state": StateEvent;
  /** A container can be used. */
  readonly "container:ready": ReadyEvent;
  /** A container is gone. */
  readonly "container:removed": RemovedEvent;
  /** A container became healthier or sicker, as the probes say that watch it, or as the engine's own check says. */
  readonly "container:health": HealthChangeEvent;
  /** Somebody else has paused a container. */
  readonly "container:paused": ConditionChangeEvent;
  /** Somebody else has let a paused container go on. */
  readonly "container:resumed": ConditionChangeEvent;
  /** The kernel killed a process of a container for using too much memory; the container may go on without it. */
  readonly "container:out-of-memory": ConditionChangeEvent;
  /** A container has been restarted and can be used again. */
  readonly "container:restarted": ContainerRestartedEvent;
  /** A container used more than one of its rules allows, and the rule has acted. */
  readonly "resource:exceeded": ResourceExceededEvent;
  /** A container could not be reset for its next holder. */
  readonly "reset:failed": ResetEvent;
  /** An image is being fetched. */
  readonly "image:pulling": PullEvent;
  /** A step of an image's build begins. */
  readonly "image:building": BuildEvent;
  /** A warm image could not be used, or could not be made. */
  readonly "warm-image:failed": WarmImageEvent;
  /** A service of the configuration exists already; told when an environment is opened. */
  readonly "service:existing": ExistingServiceEvent;
  /** A service could not be created. */
  readonly "start:failed": StartFailedEvent;
  /** A start failed and will be tried again. */
  readonly "recovery:retry": RetryEvent;
  /** A service could not be created, and its fallback is used in its place. */
  readonly "recovery:fallback": FallbackEvent;
}

import type { ContainerBuilder } from "../backend/adoption.ts";
import type { Probe } from "../health/probe.ts";
import type { RetryPolicy } from "../recovery/retry-policy.ts";
import type { ResolvedResources } from "../resources/resource-rule.ts";
import type { ContainerSpec, Json } from "../spec/container-spec.ts";
import type { WarmRecipe } from "../warm/warm-recipe.ts";
import type { CarePlan } from "./care-plan.ts";
import type { ServiceConnection } from "./service-connection.ts";

/** How a service is started and shared. */
export interface PlanTerms {
  /** How long it may take from its start until it is initialised, in milliseconds. */
  readonly startTimeoutMs: number;
  /** How long one attempt of the probe may take, in milliseconds. */
  readonly attemptTimeoutMs: number;
  /** Who shares it. */
  readonly scope: "project" | "user" | "process";
  /** How long it is kept after its last user has gone, in milliseconds. */
  readonly keepAliveMs: number;
  /** What is done when it uses too much; absent when nobody has to look. */
  readonly resources?: ResolvedResources;
  /** Whether its limit of memory is that of all services, which hardly any of them reaches; false when absent. */
  readonly isMemoryLimitOfAll?: boolean;
  /** Whether, when and how often a start that failed is tried again; never when absent. */
  readonly retry?: Required<RetryPolicy> | undefined;
}

/** A container that code other than Cleanroom's makes and waits for. Both are called only by whoever creates the service. */
export interface ForeignContainer {
  /** Sets up what will make it. */
  build(): Promise<ContainerBuilder>;
  /** What everybody is told of it, given what its builder's `start` resolved with; added to the connection's details. */
  describe(started: unknown): Promise<Readonly<Record<string, string>>>;
}

/** How the state of a service that has been initialised becomes that of another one; plain data. */
export type WarmScripts = Pick<WarmRecipe, "ownerScript" | "packScript" | "finishScript" | "dataDirectory">;

/** How a server that runs takes what it was not prepared with. */
export interface Renewal {
  /** What else than the container must be the same. */
  readonly fingerprint: Json;
  /** Takes out of it what `prepare` and tests have made. Rejects when not everything can be taken out. */
  clear(connection: ServiceConnection, signal: AbortSignal): Promise<void>;
}

/** Everything that has been decided about a service before its container is made. */
export interface ServicePlan extends PlanTerms {
  /** The container. Of one that is made as `foreign` says, only its aliases and how it is stopped. */
  readonly spec: ContainerSpec;
  /** Who makes the container and tells when it can be used, in place of `spec` and `probe`; Cleanroom when absent. */
  readonly foreign?: ForeignContainer;
  /** Tells when it can be used; absent when its running process is all there is to wait for. */
  readonly probe?: Probe | undefined;
  /** How it is looked after once it is ready. It is no part of the key: the container is the same. */
  readonly care: CarePlan;
  /** What else of the plan changes behaviour and so belongs to the key, such as the content of migrations. */
  readonly fingerprint: Json;
  /** What belongs to the key as well, and must not be found out from it; the spec's own secrets do so anyway. */
  readonly secrets?: readonly string[];
  /** Connection details that are known beforehand, such as user names; passwords too, so they are never logged. */
  readonly details: Readonly<Record<string, string>>;
  /** What its parts are; absent when it has none that could be made ahead of need. */
  readonly parts?: ServiceConnection["parts"];
  /**
   * Initialises the service, once, after its probe succeeded and before anybody gets it. What it returns is added to the
   * connection's details.
   */
  readonly prepare?: (connection: ServiceConnection, signal: AbortSignal) => Promise<Readonly<Record<string, string>>>;
  /** How a server that runs is prepared anew, without being made anew; absent where that cannot be. */
  readonly renewal?: Renewal | undefined;
  /**
   * Copies the state that `prepare` left, inside the container, so that the next one need not be initialised. Called right
   * after it; absent where the state must not, or cannot, be kept.
   */
  readonly snapshot?: ((connection: ServiceConnection, signal: AbortSignal) => Promise<WarmScripts>) | undefined;
}

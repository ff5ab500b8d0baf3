import type { CachesStats } from "../caches/cache-stats.ts";
import type { CachesTerms } from "../caches/cache-terms.ts";
import type { CareInstructions } from "../container/care-plan.ts";
import type { ServiceConnection } from "../container/service-connection.ts";
import type { ErrorData } from "../errors/error-data.ts";
import type { ContainerHealth } from "../health/container-health.ts";
import type { HealthChange, HealthCheckName } from "../lifecycle/health-status.ts";
import type { ResolvedResources } from "../resources/resource-rule.ts";
import type { RuleOutcome } from "../resources/rule-outcome.ts";
import type { ServiceMetrics } from "../metrics/service-metrics.ts";
import type { PartMaker } from "../services/division/part-maker.ts";
import type { RemovedNetwork, StoppedContainer } from "../teardown/cleanup-report.ts";
import type { KnownImage } from "../warm/image-memo.ts";
import type { WarmRecipe } from "../warm/warm-recipe.ts";
import type { ContainerCapacity } from "../registry/capacity-policy.ts";

/** Which service is wanted, in plain data. */
export interface ServiceRequest {
  /** Tells this request from others of the same member, so that one that is sent again is answered once. */
  readonly requestId: string;
  /** Who shares it: all that name the same group. */
  readonly group: string;
  /** Name of the service. */
  readonly name: string;
  /** Identifies everything that can change how it behaves. */
  readonly key: string;
  /**
   * Identifies what its container must be for it to be initialised in place of what that was made for; absent where it cannot.
   */
  readonly baseKey?: string | undefined;
  /** Tells the network it joins from others of the same group; absent when it joins none. */
  readonly network?: string | undefined;
  /** What its users call the cache volumes that it mounts; none when absent. */
  readonly cacheVolumes?: readonly string[] | undefined;
  /** Ids of the shared services it depends on, which stay as long as it does. */
  readonly dependsOn: readonly string[];
  /** How long it may take to stop before it is killed, in milliseconds. */
  readonly stopGraceMs: number;
  /** How long it is kept for the next user after its last one, in milliseconds. */
  readonly keepAliveMs: number;
  /** What is done when it uses too much; absent when nobody has to look. */
  readonly resources?: ResolvedResources | undefined;
  /** How many services the group may have. */
  readonly capacity?: ContainerCapacity | undefined;
  /** How much the other caches keep; as before when absent. */
  readonly caches?: CachesTerms | undefined;
  /** That it is wanted for oneself alone; absent for who shares it. */
  readonly claim?: Claim | undefined;
  /** Whether its container is kept to be looked at if it fails; false when absent. */
  readonly keepsFailure?: boolean | undefined;
  /** What its container's name, and when it goes among others, follow from; left to chance when absent. */
  readonly seed?: string | undefined;
}

/** How a container is wanted that nobody else has until it is given back. */
export interface Claim {
  /** Whether the container that others share will do while nobody has claimed it. */
  readonly includesShared: boolean;
}

/** A claimed container that is given back. */
export interface GivenBack {
  /** Id of the shared service that it is. */
  readonly serviceId: string;
  /** The request that claimed it: by now, somebody else may have it. */
  readonly requestId: string;
  /** Whether the next one may have it; otherwise it is removed. */
  readonly isReusable: boolean;
}

/** The right, and the duty, to create a service that does not exist yet. */
export interface CreationTicket {
  /** Id of the shared service; to be named in `created`, `failed` or `abandoned`. */
  readonly serviceId: string;
  /** What the container has to be called in the engine. */
  readonly containerName: string;
  /** What the container has to carry. */
  readonly labels: Readonly<Record<string, string>>;
  /** The network it has to join; it exists. */
  readonly networkName?: string | undefined;
  /** What the cache volumes that it mounts are called in the engine, by what its users call them; they exist. */
  readonly volumeNames?: Readonly<Record<string, string>> | undefined;
  /** The container that is to be initialised anew, where it need not be created; nobody else uses it. */
  readonly former?: ServiceConnection | undefined;
}

/** What a member that asked for a service is told. */
export type Acquisition =
  /** Here it is, initialised. */
  | { readonly kind: "ready"; readonly serviceId: string; readonly connection: ServiceConnection }
  /** There is none: create it. Everybody else who asks waits for the outcome. */
  | { readonly kind: "create"; readonly ticket: CreationTicket };

/** What became of the services that somebody gave back. */
export interface ReleaseReport {
  /** Every container that he had. */
  readonly containers: readonly StoppedContainer[];
  /** Every network that nobody needed any more. */
  readonly networks: readonly RemovedNetwork[];
  /** Everything that failed. */
  readonly errors: readonly unknown[];
}

/** Something happened to a service that a member's session uses. */
export type ServiceEvent = EndEvent | HealthEvent | ConditionEvent | RestartingEvent | RestartedEvent | ExceededEvent;

/** A service comes to its end. */
export interface EndEvent {
  /** Id of the shared service. */
  readonly serviceId: string;
  /** `stopping`, `stopped`: nobody needs it any more. `failed`: it ended, or was removed, by somebody else. `removed`: it is gone. */
  readonly kind: "stopping" | "stopped" | "failed" | "removed";
  /** Why, in words. */
  readonly reason: string;
  /** What it failed with, where more is known than words. */
  readonly error?: ErrorData | undefined;
}

/** A service became healthier or sicker. */
export interface HealthEvent {
  readonly kind: "health";
  /** Id of the shared service. */
  readonly serviceId: string;
  /** What told so. */
  readonly check: HealthCheckName;
  /** How it changed. */
  readonly change: HealthChange;
}

/** Something happened to the container of a service that goes on. */
export interface ConditionEvent {
  /** `paused`, `resumed`: by somebody else. `out-of-memory`: the kernel killed one of its processes. */
  readonly kind: "paused" | "resumed" | "out-of-memory";
  /** Id of the shared service. */
  readonly serviceId: string;
}

/** A service is being restarted. */
export interface RestartingEvent {
  readonly kind: "restarting";
  /** Id of the shared service. */
  readonly serviceId: string;
  /** Why, in words. */
  readonly reason: string;
}

/** A service has been restarted and can be used. */
export interface RestartedEvent {
  readonly kind: "restarted";
  /** Id of the shared service. */
  readonly serviceId: string;
  /** How it is reached from now on. */
  readonly connection: ServiceConnection;
  /** Why it was restarted, in words. */
  readonly reason: string;
}

/** A service used more than one of its rules allows, and the rule has acted. */
export interface ExceededEvent extends RuleOutcome {
  readonly kind: "exceeded";
  /** Id of the shared service. */
  readonly serviceId: string;
}

/**
 * One process's seat in a session: what it acquires belongs to the session, and stays until that ends. Whoever joined owns
 * the seat. Disposing leaves; the last one to leave ends the session.
 */
export interface SessionMember extends AsyncDisposable {
  /** Identifies the seat. */
  readonly memberId: string;
  /** Id of the session, for other processes to join it. */
  readonly sessionId: string;
  /** The service, or the right to create it; the request of one who is to create waits for nobody. */
  acquire(request: ServiceRequest, signal?: AbortSignal): Promise<Acquisition>;
  /** The service that a ticket was for is initialised: everybody who waits gets it, and it is looked after as `care` says. */
  created(serviceId: string, connection: ServiceConnection, care: CareInstructions): Promise<void>;
  /** How a service is, by the probes that watch it. */
  healthOf(serviceId: string): Promise<ContainerHealth>;
  /** What a service uses, and how it is. */
  metricsOf(serviceId: string): Promise<ServiceMetrics>;
  /** Restarts a service and resolves when it can be used again. */
  restart(serviceId: string): Promise<void>;
  /** The state of a service that it has created can be kept as a warm image; that is made in the background. */
  keepWarm(serviceId: string, recipe: WarmRecipe): Promise<void>;
  /** It could not be created: everybody who waits is told, and whoever asks again in their sessions. */
  failed(serviceId: string, error: unknown): Promise<void>;
  /** It is not created after all: what was made of it is removed, and whoever waits next may create it. */
  abandoned(serviceId: string): Promise<void>;
  /**
   * Gives a claimed container back. What a member has when it leaves is removed, as nobody knows what became of it; the
   * container that others share is only never claimed again.
   */
  giveBack(container: GivenBack): Promise<void>;
  /**
   * The right to create a container for whoever claims one next; `undefined` when there are enough, or there is no room. It is
   * told by `created` or `abandoned`.
   */
  createAhead(request: ServiceRequest): Promise<CreationTicket | undefined>;
  /** Gives one service back ahead of the session's end, and forgets that creating it failed. */
  release(name: string, serviceId: string | undefined): Promise<ReleaseReport>;
  /**
   * Does work on an image, such as fetching it, unless another process is doing it already: then it waits for what comes of that,
   * and does it itself where nothing does.
   *
   * @param key - Identifies the work.
   * @throws What the work failed with, whoever did it.
   */
  workOnImage(key: string, work: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void>;
  /** Whether a configuration with this digest has been found valid. */
  isKnownValid(digest: string): Promise<boolean>;
  /** Remembers that a configuration with this digest is valid. */
  foundValid(digest: string): Promise<void>;
  /** Offers to make parts of a service that only code of its users makes, whoever needs one, until the maker is disposed. */
  offerParts(serviceId: string, maker: PartMaker): Promise<void>;
  /** A part of a service that nobody else has; what it is called. It is taken back when the member leaves. */
  takePart(serviceId: string, signal?: AbortSignal): Promise<string>;
  /** Gives a part back, which is then removed in the background; after so many milliseconds, if it is to be looked at. */
  givePart(serviceId: string, id: string, keepForMs: number): Promise<void>;
  /** What became of everything that is kept. `hitsAtHand` is how often this member had at hand what it needed, in all. */
  cacheStats(hitsAtHand: number): Promise<CachesStats>;
  /** An image, by name or id, as it is or was a moment ago; `undefined` when there is none. */
  inspectImage(image: string, signal?: AbortSignal): Promise<KnownImage | undefined>;
  /** Ends the session for all its members: everything it acquired is given back. */
  endSession(): Promise<ReleaseReport>;
}

/** How one joins a session. */
export interface JoinOptions {
  /** The session to join; a new one when absent. */
  readonly sessionId?: string | undefined;
  /** Told what happens to the services of the session. */
  readonly onEvent: (event: ServiceEvent) => void;
}

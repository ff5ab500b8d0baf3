import type { CachesStats } from "../caches/cache-stats.ts";
import type { CareInstructions } from "../container/care-plan.ts";
import type { ServiceConnection } from "../container/service-connection.ts";
import type { ErrorData } from "../errors/error-data.ts";
import type { ContainerHealth } from "../health/container-health.ts";
import type { ServiceMetrics } from "../metrics/service-metrics.ts";
import type { MadePart } from "../services/division/part-maker.ts";
import type { RemovedNetwork, StoppedContainer } from "../teardown/cleanup-report.ts";
import type { KnownImage } from "../warm/image-memo.ts";
import type { WarmRecipe } from "../warm/warm-recipe.ts";
import type { Acquisition, CreationTicket, GivenBack, ServiceEvent, ServiceRequest } from "./coordination.ts";
import type { ImageTurn, ImageTurnEnd, ImageTurnRequest } from "./image-turns.ts";
import type { PartRequest } from "./parts/parts.ts";
import type { ProcessIdentity } from "./process-identity.ts";

/** The first message on a connection. */
export interface Greeting {
  /** What only the user who owns the state directory can read. */
  readonly secret: string;
  /** The process. */
  readonly identity: ProcessIdentity;
  /** Identifies it among all members, so that it is known again when it comes back. */
  readonly memberId: string;
  /** The session to join; a new one of this id is opened when there is none. Absent for who only has questions. */
  readonly sessionId?: string | undefined;
  /** Ids of the services whose parts it makes; none when absent. */
  readonly offers?: readonly string[] | undefined;
}

/** What failed or not, in plain data. */
type WithErrorData<Item> = Omit<Item, "error"> & { readonly error?: ErrorData };

/** What became of the services that somebody gave back, in plain data. */
export interface ReleaseReportData {
  /** Every container. */
  readonly containers: readonly WithErrorData<StoppedContainer>[];
  /** Every network that nobody needed any more. */
  readonly networks: readonly WithErrorData<RemovedNetwork>[];
  /** Everything that failed. */
  readonly errors: readonly ErrorData[];
}

/** One service as `cleanroom ps` shows it. */
export interface ServiceStatus {
  /** Id of the shared service. */
  readonly serviceId: string;
  /** Name of the service. */
  readonly name: string;
  /** Who shares it. */
  readonly group: string;
  /** `creating`, `ready`, `unhealthy`, `restarting`, `failed`, `asleep` or `removing`. */
  readonly state: string;
  /** What its container is called in the engine. */
  readonly containerName: string;
  /** The image it was made from, once it is ready. */
  readonly image?: string | undefined;
  /** Who uses it, in words; empty when nobody does. */
  readonly users: string;
  /** When it is removed unless somebody uses it, in milliseconds since the epoch. */
  readonly expiresAtMs?: number | undefined;
}

/** One service as `cleanroom metrics` shows it. */
export interface MeteredService extends ServiceStatus {
  /** What it uses, how it is, and how fast it answers. */
  readonly metrics: ServiceMetrics;
}

/** What a sweep did. */
export interface SweepReport {
  /** What was removed, such as `container cleanroom-db-0123456789`. */
  readonly removed: readonly string[];
  /** What could not be removed or looked at, and why. */
  readonly failures: readonly string[];
}

/** What a member can ask of the coordinator. */
export interface CoordinatorFunctions {
  /** Shows the secret, and takes a place in a session, or takes it again. */
  hello(greeting: Greeting): Promise<void>;
  /** The service, or the right to create it. */
  acquire(request: ServiceRequest): Promise<Acquisition>;
  /** Gives a container back that was claimed. */
  giveBack(container: GivenBack): Promise<void>;
  /** The right to create a container for whoever claims one next; `null` when there are enough. */
  createAhead(request: ServiceRequest): Promise<CreationTicket | null>;
  /** Ends the wait of an `acquire` or a `takePart`. */
  cancel(requestId: string): Promise<void>;
  /** The service that a ticket was for is initialised. */
  created(serviceId: string, connection: ServiceConnection, care: CareInstructions): Promise<void>;
  /** How a service is, by the probes that watch it. */
  healthOf(serviceId: string): Promise<ContainerHealth>;
  /** What a service uses, and how it is. */
  metricsOf(serviceId: string): Promise<ServiceMetrics>;
  /** Restarts a service. Answered when it can be used again. */
  restart(serviceId: string): Promise<void>;
  /** The state of a service can be kept as a warm image. */
  keepWarm(serviceId: string, recipe: WarmRecipe): Promise<void>;
  /** It could not be created. */
  failed(serviceId: string, error: ErrorData): Promise<void>;
  /** It is not created after all. Answered when what was made of it is gone. */
  abandoned(serviceId: string): Promise<void>;
  /** Gives one service back, and forgets that creating it failed. */
  release(name: string, serviceId: string | null): Promise<ReleaseReportData>;
  /** Whether a configuration with this digest has been found valid. */
  isKnownValid(digest: string): Promise<boolean>;
  /** Remembers that a configuration with this digest is valid. */
  foundValid(digest: string): Promise<void>;
  /** The member makes parts of a service, for whoever needs one. */
  offerParts(serviceId: string): Promise<void>;
  /** A part of a service that nobody else has; what it is called. */
  takePart(request: PartRequest): Promise<string>;
  /** Gives a part back, which is removed after so many milliseconds. */
  givePart(serviceId: string, id: string, keepForMs: number): Promise<void>;
  /** The turn to fetch or build an image, unless somebody else does so meanwhile. */
  takeImageTurn(request: ImageTurnRequest): Promise<ImageTurn>;
  /** What became of that. */
  endImageTurn(requestId: string, end: ImageTurnEnd, error: ErrorData | null): Promise<void>;
  /** Ends the session for all its members. */
  endSession(): Promise<ReleaseReportData>;
  /** What became of everything that is kept. The member had at hand what it needed so many times, in all. */
  cacheStats(hitsAtHand: number): Promise<CachesStats>;
  /** An image, by name or id; `null` when there is none. */
  inspectImage(image: string): Promise<KnownImage | null>;
  /** Every service there is. */
  status(): Promise<readonly ServiceStatus[]>;
  /** Every service there is, with what it uses, and how it is. */
  metrics(): Promise<readonly MeteredService[]>;
  /** Removes services: those that nobody uses, or all of them. */
  removeServices(serviceIds: readonly string[], isForced: boolean): Promise<ReleaseReportData>;
  /** Removes what nobody looks after. */
  sweep(): Promise<SweepReport>;
}

/** What the coordinator tells a member, and asks of it. */
export interface MemberFunctions {
  /** Something happened to a service of the session. */
  notify(event: ServiceEvent): void;
  /** Makes a part of a service, as the member offered. */
  makePart(serviceId: string): Promise<MadePart>;
  /** Makes a part what it was when it was made; its new name, or `null` when it has to be removed. */
  resetPart(serviceId: string, id: string): Promise<string | null>;
  /** Removes a part. */
  removePart(serviceId: string, id: string): Promise<void>;
  /** Every part of a service that there is. */
  listParts(serviceId: string): Promise<readonly string[]>;
}

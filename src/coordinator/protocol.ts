import type { ServiceConnection } from "../container/service-connection.ts";
import type { ErrorData } from "../errors/error-data.ts";
import type { StoppedContainer } from "../teardown/cleanup-report.ts";
import type { Acquisition, ServiceEvent, ServiceRequest } from "./coordination.ts";
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
}

/** What became of the services that somebody gave back, in plain data. */
export interface ReleaseReportData {
  readonly containers: readonly (Omit<StoppedContainer, "error"> & { readonly error?: ErrorData })[];
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
  /** `creating`, `ready`, `asleep` or `removing`. */
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

/** What a member can ask of the coordinator. */
export interface CoordinatorFunctions {
  hello(greeting: Greeting): Promise<void>;
  acquire(request: ServiceRequest): Promise<Acquisition>;
  cancel(requestId: string): Promise<void>;
  created(serviceId: string, connection: ServiceConnection): Promise<void>;
  failed(serviceId: string, error: ErrorData): Promise<void>;
  abandoned(serviceId: string): Promise<void>;
  release(name: string, serviceId: string | null): Promise<ReleaseReportData>;
  isKnownValid(digest: string): Promise<boolean>;
  foundValid(digest: string): Promise<void>;
  endSession(): Promise<ReleaseReportData>;
  status(): Promise<readonly ServiceStatus[]>;
  removeServices(serviceIds: readonly string[]): Promise<ReleaseReportData>;
}

/** What the coordinator tells a member. */
export interface MemberFunctions {
  notify(event: ServiceEvent): void;
}

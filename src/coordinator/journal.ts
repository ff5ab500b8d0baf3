import type { CareInstructions } from "../container/care-plan.ts";
import type { ServiceConnection } from "../container/service-connection.ts";
import type { ServiceRequest } from "./coordination.ts";
import type { PartHolder } from "./parts/part-holder.ts";
import type { ProcessIdentity } from "./process-identity.ts";

/** A shared service as it is written down. */
export interface ServiceRecord {
  /** Identifies it. */
  readonly id: string;
  /** What was asked for. */
  readonly request: ServiceRequest;
  /** What its container is called in the engine. */
  readonly containerName: string;
  /** The network it is on. */
  readonly networkName?: string | undefined;
  /** Who creates it, while it is being created. */
  readonly creatorId?: string | undefined;
  /** How to reach it, once it is ready. It holds passwords. */
  readonly connection?: ServiceConnection | undefined;
  /** How it is looked after, once it is ready. */
  readonly care?: CareInstructions | undefined;
  /** How to reach it as it was before, while it is being initialised anew. */
  readonly former?: ServiceConnection | undefined;
  /** Whether its processes are frozen. */
  readonly isPaused: boolean;
  /** Whether its container has ended, or has to be given up. */
  readonly hasFailed?: boolean;
  /** Who has it for himself. */
  readonly holder?: PartHolder | undefined;
  /** Whether nobody may have it for himself any more. */
  readonly isSpent?: boolean;
  /** Why it is being restarted; absent while it is not. */
  readonly restarting?: string | undefined;
  /** When its last user left, in milliseconds since the epoch; absent while it has one. */
  readonly idleSinceMs?: number | undefined;
  /** When it became ready, in milliseconds since the epoch. */
  readonly readyAtMs?: number;
  /** How often it was handed out. */
  readonly uses?: number;
  /** The sessions that use it, and through which of their members. */
  readonly leases: readonly (readonly [sessionId: string, memberIds: readonly string[]])[];
}

/** A process in a session as it is written down. */
export interface MemberRecord {
  /** Identifies it within the coordinator. */
  readonly id: string;
  /** The session it is in. */
  readonly sessionId: string;
  /** The process. */
  readonly identity: ProcessIdentity;
}

/** A part of a service that somebody has, as it is written down. */
export interface PartRecord {
  /** Id of the shared service. */
  readonly serviceId: string;
  /** What the part is called. */
  readonly id: string;
  /** Who has it. */
  readonly holder: PartHolder;
}

/** Everything that has been written down. */
export interface JournalContent {
  /** Every service. */
  readonly services: readonly ServiceRecord[];
  /** Every process in a session. */
  readonly members: readonly MemberRecord[];
  /** Every part that somebody has. */
  readonly parts: readonly PartRecord[];
}

/**
 * What a coordinator writes down before it answers, so that its successor knows who uses what, should it be killed.
 */
export interface Journal {
  /** Writes a service down, in place of what was written of it. */
  saveService(record: ServiceRecord): void;
  /** Strikes a service out. */
  removeService(id: string): void;
  /** Writes a member down. */
  saveMember(record: MemberRecord): void;
  /** Strikes a member out. */
  removeMember(id: string): void;
  /** Writes down who has a part. */
  savePart(record: PartRecord): void;
  /** Strikes out a part that nobody has any more. */
  removePart(serviceId: string, id: string): void;
  /** Strikes out every part of a service. */
  removePartsOf(serviceId: string): void;
  /** Everything that is written. */
  read(): JournalContent;
}

/** For coordinators that nobody succeeds: they live and die with their process. */
export const noJournal: Journal = {
  saveService: () => undefined,
  removeService: () => undefined,
  saveMember: () => undefined,
  removeMember: () => undefined,
  savePart: () => undefined,
  removePart: () => undefined,
  removePartsOf: () => undefined,
  read: () => ({ services: [], members: [], parts: [] }),
};

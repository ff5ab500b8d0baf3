import type { ServiceConnection } from "../container/service-connection.ts";
import type { ServiceRequest } from "./coordination.ts";
import type { ProcessIdentity } from "./process-identity.ts";

/** A shared service as it is written down. */
export interface ServiceRecord {
  readonly id: string;
  readonly request: ServiceRequest;
  readonly networkName?: string | undefined;
  readonly creatorId?: string | undefined;
  readonly connection?: ServiceConnection | undefined;
  readonly isPaused: boolean;
  readonly idleSinceMs?: number | undefined;
  readonly leases: readonly (readonly [sessionId: string, memberIds: readonly string[]])[];
}

/** A process in a session as it is written down. */
export interface MemberRecord {
  readonly id: string;
  readonly sessionId: string;
  readonly identity: ProcessIdentity;
}

/** Everything that has been written down. */
export interface JournalContent {
  readonly services: readonly ServiceRecord[];
  readonly members: readonly MemberRecord[];
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
  /** Everything that is written. */
  read(): JournalContent;
}

/** For coordinators that nobody succeeds: they live and die with their process. */
export const noJournal: Journal = {
  saveService: () => undefined,
  removeService: () => undefined,
  saveMember: () => undefined,
  removeMember: () => undefined,
  read: () => ({ services: [], members: [] }),
};

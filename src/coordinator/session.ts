import type { ServiceEvent } from "./coordination.ts";
import type { ProcessIdentity } from "./process-identity.ts";

/** One process in a session. */
export interface Member {
  /** Identifies it within the coordinator. */
  readonly id: string;
  /** The session it is in. */
  readonly session: Session;
  /** The process. */
  readonly identity: ProcessIdentity;
  /** Aborts when it leaves. */
  readonly left: AbortController;
  /** Tells it what happened. */
  readonly notify: (event: ServiceEvent) => void;
}

/** A process that joins a session. */
export type Newcomer = Pick<Member, "id" | "identity" | "notify">;

/** A test run, a script, or the like: whatever its processes acquire is theirs together until it ends. */
export class Session {
  /** Identifies it. */
  readonly id: string;
  /** The processes in it, by id. */
  readonly members = new Map<string, Member>();
  /** What could not be created, by service: everybody in the session who asks again gets the same error. */
  readonly failures = new Map<string, Failure>();
  /** Aborts when it is over. */
  readonly ended = new AbortController();
  /** Whether it is over. */
  hasEnded = false;

  constructor(id: string) {
    this.id = id;
  }

  /** Who is in it, in words. */
  get description(): string {
    return [...this.members.values()].map(({ identity }) => `${identity.title} (pid ${identity.pid})`).join(", ");
  }
}

/** A creation that failed. */
export interface Failure {
  /** What was to be created: another key is another try. */
  readonly key: string;
  /** With whom it was to be shared. */
  readonly group: string;
  /** Why it failed. */
  readonly error: unknown;
}

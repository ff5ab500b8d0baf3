import type { ServiceEvent, ServiceRequest } from "./coordination.ts";
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
  /** What it has not been told, since it has no connection and lives; absent while it is there. */
  missed?: ServiceEvent[];
}

/** A process that joins a session. */
export type Newcomer = Pick<Member, "id" | "identity" | "notify">;

/** A test run, a script, or the like: whatever its processes acquire is theirs together until it ends. */
export class Session {
  /** Identifies it. */
  readonly id: string;
  /** The processes in it, by id. */
  readonly members: Map<string, Member> = new Map();
  /** What could not be created: everybody in the session who asks again gets the same error. */
  readonly failures: Failure[] = [];
  /** Aborts when it is over. */
  readonly ended: AbortController = new AbortController();
  /** Its requests that wait for room, by the members that sent them. */
  readonly waitsForRoom: Set<{ readonly memberId: string }> = new Set();
  /** Whether it is over. */
  hasEnded = false;

  constructor(id: string) {
    this.id = id;
  }

  /** What creating a service failed with before, if it was tried. */
  failureOf({ group, name, key }: Failure["request"]): Failure | undefined {
    return this.failures.find(({ request }) => request.group === group && request.name === name && request.key === key);
  }

  /** Has services of this name tried afresh. */
  forgetFailures(name: string): void {
    const others = this.failures.filter(({ request }) => request.name !== name);
    this.failures.splice(0, this.failures.length, ...others);
  }

  /** Who is in it, in words. */
  get description(): string {
    return [...this.members.values()].map(({ identity }) => `${identity.title} (pid ${identity.pid})`).join(", ");
  }
}

/** A creation that failed. */
export interface Failure {
  /** What was to be created: another key is another try. */
  readonly request: Pick<ServiceRequest, "group" | "name" | "key">;
  /** Why it failed. */
  readonly error: unknown;
}

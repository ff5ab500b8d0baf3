import { LifecycleError } from "../errors/lifecycle-error.ts";
import type { ServiceEvent } from "./coordination.ts";
import type { Journal } from "./journal.ts";
import type { Member } from "./session.ts";
import { Session } from "./session.ts";

/** How many events are kept for a member that has no connection. */
const MAX_MISSED = 100;

/** How many sessions that are over are remembered. */
const MAX_REMEMBERED = 1000;

/** Every session and who is in it. */
export class SessionBook {
  readonly #journal: Journal;
  readonly #sessions = new Map<string, Session>();
  /** Sessions that are over but whose members may still want to know what becomes of their services. */
  readonly #audience = new Map<string, Session>();

  /** Sessions that were ended lately. */
  readonly #over = new Set<string>();

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** Every session that is not over. */
  get all(): readonly Session[] {
    return [...this.#sessions.values()];
  }

  /** The session of this id, opened when there is none. One that is over stays so: late children do not begin it anew. */
  open(id: string): Session {
    if (this.#over.has(id)) return endedSession(id);
    const session = this.#sessions.get(id) ?? new Session(id);
    this.#sessions.set(id, session);
    return session;
  }

  /** Keeps a session that was ended on purpose from being opened again. */
  bar({ id }: Session): void {
    this.#over.add(id);
    const [longestOver = ""] = this.#over;
    if (this.#over.size > MAX_REMEMBERED) this.#over.delete(longestOver);
  }

  /** Lets a process into its session. One that comes back is told what it has missed. */
  enter(member: Member): void {
    const { id, session, identity } = member;
    const { missed = [] } = session.members.get(id) ?? {};
    session.members.set(id, member);
    for (const event of missed) member.notify(event);
    this.#audience.set(session.id, session);
    if (!session.hasEnded) this.#journal.saveMember({ id, sessionId: session.id, identity });
  }

  /** Notes that a process is gone. Tells whether it is: one that came back meanwhile is not. */
  leave(member: Member): boolean {
    const { id, session, left } = member;
    left.abort(new LifecycleError("The process left its session meanwhile."));
    if (session.members.get(id) !== member) return false;
    session.members.delete(id);
    this.#journal.removeMember(id);
    if (session.members.size === 0 && this.#audience.get(session.id) === session) this.#audience.delete(session.id);
    return true;
  }

  /** Closes a session: nothing more is acquired in it. */
  end(session: Session): void {
    session.hasEnded = true;
    if (this.#sessions.get(session.id) === session) this.#sessions.delete(session.id);
    for (const id of session.members.keys()) this.#journal.removeMember(id);
    session.ended.abort(new LifecycleError("The session has ended."));
  }

  /** Tells everybody in a session; those that have no connection once they have come back. */
  notify(sessionId: string, event: ServiceEvent): void {
    for (const { notify, missed } of this.#audience.get(sessionId)?.members.values() ?? []) {
      if (missed === undefined) notify(event);
      else missed.push(...missed.splice(0).slice(1 - MAX_MISSED), event);
    }
  }

  /** Whether a process is in a session now. */
  isPresent(sessionId: string, memberId: string): boolean {
    return this.#sessions.get(sessionId)?.members.has(memberId) === true;
  }

  /** Whether a session waits for room. */
  isWaiting(id: string): boolean {
    return (this.#sessions.get(id)?.waitsForRoom.size ?? 0) > 0;
  }

  /** Whether one process of a session waits for room. */
  isMemberWaiting(memberId: string): boolean {
    return this.all.some(({ waitsForRoom }) => [...waitsForRoom].some((wait) => wait.memberId === memberId));
  }

  /** Who uses something, in words. */
  describe(sessionIds: readonly string[]): string {
    return sessionIds.map((id) => this.#sessions.get(id)?.description ?? `session ${id}`).join("; ");
  }
}

/** For who wants to know what became of it: nothing can be acquired in it. */
function endedSession(id: string): Session {
  const session = new Session(id);
  session.hasEnded = true;
  session.ended.abort(new LifecycleError("The session has ended."));
  return session;
}

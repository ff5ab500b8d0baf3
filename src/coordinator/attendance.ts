import { messageOf } from "../errors/describe.ts";
import type { Clock, Timer } from "../time/clock.ts";
import type { Coordinator } from "./coordinator.ts";
import type { MemberRecord } from "./journal.ts";
import type { Member } from "./session.ts";

/** What asking after members needs. */
export interface AttendanceOptions {
  /** Who is told when one is gone. */
  readonly coordinator: Coordinator;
  /** Where time comes from. */
  readonly clock: Clock;
  /** Whether a process that is a member still lives, however busy it is. */
  readonly isAlive: (record: MemberRecord) => Promise<boolean>;
  /** Told what nobody else is told. */
  readonly log: (line: string) => void;
}

/** How often it is asked whether a member that has not come back yet still lives, in milliseconds. */
const ATTENDANCE_MS = 500;

/**
 * Asks after members that have no connection: those of a predecessor, and those whose connection broke though they live.
 * They keep what they use until they come back or die.
 */
export class Attendance {
  readonly #options: AttendanceOptions;
  readonly #absent = new Set<Member>();
  #timer: Timer | undefined;

  constructor(options: AttendanceOptions) {
    this.#options = options;
  }

  /** Keeps the place of a member that lives, and lets one go that does not. */
  async expect(member: Member): Promise<void> {
    member.missed ??= [];
    if (await this.#isAlive(member)) this.keep(member);
    else await this.#options.coordinator.leave(member);
  }

  /** Keeps the place of a member that is known to live. */
  keep(member: Member): void {
    member.missed ??= [];
    this.#absent.add(member);
    this.#askLater();
  }

  /** Asks after nobody any more. */
  stop(): void {
    this.#timer?.cancel();
    this.#absent.clear();
  }

  #askLater(): void {
    this.#timer?.cancel();
    if (this.#absent.size === 0) return;
    this.#timer = this.#options.clock.startTimer(() => {
      this.#ask().catch((error: unknown) => {
        this.#options.log(`Asking after members failed: ${messageOf(error)}`);
      });
    }, ATTENDANCE_MS);
  }

  async #ask(): Promise<void> {
    const { coordinator, log } = this.#options;
    for (const member of this.#absent) {
      const { id, session, identity } = member;
      const hasReturned = session.members.get(id) !== member;
      if (!hasReturned && (await this.#isAlive(member))) continue;
      this.#absent.delete(member);
      if (hasReturned) continue;
      log(`${identity.title} (pid ${identity.pid}) died before it came back.`);
      await coordinator.leave(member);
    }
    this.#askLater();
  }

  #isAlive({ id, session, identity }: Member): Promise<boolean> {
    return this.#options.isAlive({ id, sessionId: session.id, identity });
  }
}

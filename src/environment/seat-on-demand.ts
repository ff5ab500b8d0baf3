import { randomBytes } from "node:crypto";
import type { ContainerBackend } from "../backend/container-backend.ts";
import type { WarmStore } from "../container/start-warm.ts";
import type { SessionMember } from "../coordinator/coordination.ts";
import { hasCode } from "../errors/cleanroom-error.ts";
import { LifecycleError } from "../errors/lifecycle-error.ts";
import type { SessionSeat } from "./session-seat.ts";

/** Takes a seat in a session, which gets this id if it is begun thereby. */
export type TakeSeat = (newSessionId: string, signal?: AbortSignal) => Promise<SessionSeat>;

/**
 * A seat that is taken when a service is first needed that must be started: whoever only uses what exists already needs
 * neither an engine nor a coordinator. All but `sessionId`, `take` and `connect` needs the seat taken.
 */
export class SeatOnDemand implements SessionSeat {
  readonly #open: TakeSeat;
  readonly #plannedId: string;
  #taking: Promise<SessionSeat> | undefined;
  #seat: SessionSeat | undefined;
  #isClosed = false;

  /**
   * @param open - Takes the seat.
   * @param sessionId - The session that it joins; a new one when absent.
   */
  constructor(open: TakeSeat, sessionId?: string) {
    this.#open = open;
    this.#plannedId = sessionId ?? randomBytes(8).toString("hex");
  }

  /**
   * Takes the seat, unless that was done; when that failed, it is tried again.
   *
   * @throws EngineUnavailableError, CoordinatorError.
   */
  take(signal?: AbortSignal): Promise<SessionSeat> {
    const taking = (this.#taking ??= this.#takeNow(signal));
    taking.catch(() => {
      if (this.#taking === taking) this.#taking = undefined; // And not one that was begun since.
    });
    return taking;
  }

  /** Takes the seat if that can be done. Where it cannot, whoever needs it is told later. */
  async tryTake(signal?: AbortSignal): Promise<void> {
    await this.take(signal).catch((error: unknown) => {
      if (hasCode(error, "CLEANROOM_ENGINE_UNAVAILABLE") || hasCode(error, "CLEANROOM_COORDINATOR")) return;
      throw error;
    });
  }

  /** Whether it was taken. */
  get isTaken(): boolean {
    return this.#seat !== undefined;
  }

  /** Id of its session. */
  get sessionId(): string {
    return this.#seat?.member.sessionId ?? this.#plannedId;
  }

  get member(): SessionMember {
    return this.#taken.member;
  }

  get isOwnSession(): boolean {
    return this.#taken.isOwnSession;
  }

  get canKeep(): boolean {
    return this.#taken.canKeep;
  }

  get secret(): string {
    return this.#taken.secret;
  }

  get warm(): WarmStore | undefined {
    return this.#taken.warm;
  }

  async connect(): Promise<ContainerBackend> {
    return (await this.take()).connect();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    const seat = await this.#taking?.catch(() => undefined);
    await seat?.[Symbol.asyncDispose]();
  }

  async #takeNow(signal: AbortSignal | undefined): Promise<SessionSeat> {
    if (this.#isClosed) throw new LifecycleError("A service was asked for after the environment's cleanup.");
    this.#seat = await this.#open(this.#plannedId, signal);
    return this.#seat;
  }

  get #taken(): SessionSeat {
    if (this.#seat === undefined) throw new LifecycleError("A seat was used before it was taken.");
    return this.#seat;
  }
}

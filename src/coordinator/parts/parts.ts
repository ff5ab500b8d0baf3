import type { ServiceConnection } from "../../container/service-connection.ts";
import { messageOf } from "../../errors/describe.ts";
import { LifecycleError } from "../../errors/lifecycle-error.ts";
import { UnsupportedError } from "../../errors/unsupported-error.ts";
import type { PartMaker } from "../../services/division/part-maker.ts";
import type { PartSource } from "../../services/part-source.ts";
import { abortable } from "../../time/abortable.ts";
import type { Clock } from "../../time/clock.ts";
import type { Journal, PartRecord } from "../journal.ts";
import type { ServiceBook } from "../service-book.ts";
import type { Member } from "../session.ts";
import type { SharedService } from "../shared-service.ts";
import { DelegatedPartSource } from "./delegated-part-source.ts";
import { type Offer, PartMakers } from "./part-makers.ts";
import type { PartHolder } from "./part-holder.ts";
import { PartPool } from "./part-pool.ts";

/** Opens what makes the parts of a service; `undefined` for one that has none. */
export type OpenPartSource = (connection: ServiceConnection) => Promise<PartSource | undefined>;

/** What handing out parts needs. */
export interface PartsOptions {
  /** Every shared service. */
  readonly book: ServiceBook;
  /** Where it is written down who has what. */
  readonly journal: Journal;
  /** Opens what makes parts. */
  readonly openSource: OpenPartSource;
  /** Where time comes from. */
  readonly clock: Clock;
  /** Told what nobody else is told. */
  readonly log: (line: string) => void;
}

/** The longest that a timer can run, in milliseconds. */
const MAX_TIMER_MS = 2_147_483_647;

/** Which part is wanted. */
export interface PartRequest {
  /** Id of the shared service. */
  readonly serviceId: string;
  /** Tells this request from others of the same member, so that one that is sent again is answered once. */
  readonly requestId: string;
}

/** Hands out the parts of every shared service. What a member has is taken back when it leaves. */
export class Parts {
  readonly #options: PartsOptions;
  readonly #makers = new PartMakers();
  readonly #pools = new Map<string, Promise<PartPool>>();
  readonly #opened = new Map<string, PartPool>();
  /** What resolves when services that are being restarted can be used again, by their ids. */
  readonly #suspensions = new Map<string, PromiseWithResolvers<void>>();
  /** Pools that were closed for a restart: whoever waited in one waits in the next. */
  readonly #suspended = new WeakSet<PartPool>();
  /** What a predecessor handed out, by service. */
  readonly #inherited = new Map<string, Map<string, PartHolder>>();

  constructor(options: PartsOptions) {
    this.#options = options;
  }

  /**
   * A part of a service that nobody else has.
   *
   * @throws LifecycleError when the service is gone; UnsupportedError when it has none; IsolationError when it makes none.
   */
  async take(member: Member, { serviceId, requestId }: PartRequest, signal: AbortSignal): Promise<string> {
    const ended = AbortSignal.any([signal, member.left.signal, member.session.ended.signal]);
    for (;;) {
      await abortable(this.#resumed(serviceId), ended);
      const pool = await abortable(this.#poolOf(serviceId), ended);
      try {
        return await pool.take({ memberId: member.id, requestId }, ended);
      } catch (error) {
        if (!this.#suspended.has(pool)) throw error;
      }
    }
  }

  /** Notes that a member makes parts of a service, and has just been heard of. */
  offer(serviceId: string, { id }: Pick<Member, "id">, maker: PartMaker): void {
    this.#makers.offer(serviceId, id, maker);
    this.#opened.get(serviceId)?.resume();
  }

  /** Notes that these make no more parts. */
  withdraw(isMeant: (offer: Offer) => boolean): void {
    this.#makers.withdraw(isMeant);
  }

  /** Takes one part back, and removes it after so many milliseconds. */
  async give(serviceId: string, id: string, keepForMs = 0): Promise<void> {
    await this.#resumed(serviceId);
    if (this.#inherited.has(serviceId)) await this.#poolOf(serviceId).catch(() => undefined);
    const pool = await this.#pools.get(serviceId)?.catch(() => undefined);
    if (keepForMs > 0) pool?.keep(id, Math.min(keepForMs, MAX_TIMER_MS));
    else pool?.give(id);
  }

  /** Until when a part of a service is kept for somebody to look at, in milliseconds since the epoch; 0 when none is. */
  keptUntilMs({ id }: SharedService): number {
    return this.#opened.get(id)?.keptUntilMs ?? 0;
  }

  /** Takes back whatever a member has, which makes no more parts either. */
  async takeBackFrom(memberId: string): Promise<void> {
    this.withdraw((offer) => offer.memberId === memberId);
    for (const serviceId of this.#inherited.keys()) {
      this.#forgetInherited(serviceId, (_id, holder) => holder.memberId === memberId);
    }
    const pools = await Promise.allSettled(this.#pools.values());
    for (const pool of pools) if (pool.status === "fulfilled") pool.value.giveAllOf(memberId);
  }

  /** Enters what a predecessor handed out to members who are still there. All other parts are removed with the next take. */
  inherit(serviceIds: readonly string[], records: readonly PartRecord[]): void {
    for (const serviceId of serviceIds) {
      const held = records.filter((record) => record.serviceId === serviceId);
      this.#inherited.set(serviceId, new Map(held.map(({ id, holder }) => [id, holder])));
    }
  }

  /** Resolves when nothing happens to a service's parts that its being paused could interrupt. */
  async rest({ id }: SharedService): Promise<void> {
    const pool = await this.#pools.get(id)?.catch(() => undefined);
    await pool?.rest();
  }

  /**
   * Closes what is open to a service that is restarted. Who has which of its parts stays as it is; whoever asks for one waits
   * until `resume`.
   */
  async suspend({ id }: SharedService): Promise<void> {
    if (!this.#suspensions.has(id)) this.#suspensions.set(id, Promise.withResolvers());
    const opening = this.#pools.get(id);
    const pool = await opening?.catch(() => undefined);
    if (pool === undefined || this.#pools.get(id) !== opening) return;
    this.#suspended.add(pool);
    this.#inherited.set(id, new Map(pool.held));
    this.#pools.delete(id);
    this.#opened.delete(id);
    await pool[Symbol.asyncDispose]();
  }

  /** Hands out parts of a service again, which is reached as its connection says now. */
  resume({ id }: SharedService): void {
    this.#suspensions.get(id)?.resolve();
    this.#suspensions.delete(id);
  }

  /** Hands out no more of a service's parts: it goes, and they with it. */
  async close({ id }: SharedService): Promise<void> {
    this.withdraw(({ serviceId }) => serviceId === id);
    const opening = this.#pools.get(id);
    this.#pools.delete(id);
    this.#opened.delete(id);
    this.#inherited.delete(id);
    this.#options.journal.removePartsOf(id);
    try {
      const pool = await opening;
      await pool?.[Symbol.asyncDispose]();
    } catch (error) {
      this.#options.log(`What was open to ${id} could not be closed: ${messageOf(error)}`);
    }
  }

  async #resumed(serviceId: string): Promise<void> {
    while (this.#suspensions.has(serviceId)) await this.#suspensions.get(serviceId)?.promise;
  }

  #poolOf(serviceId: string): Promise<PartPool> {
    const existing = this.#pools.get(serviceId);
    if (existing !== undefined) return existing;
    const opening = this.#open(serviceId);
    this.#pools.set(serviceId, opening);
    opening.catch(() => {
      if (this.#pools.get(serviceId) === opening) this.#pools.delete(serviceId);
    });
    return opening;
  }

  async #open(serviceId: string): Promise<PartPool> {
    const { book, journal, clock, log } = this.#options;
    const service = book.get(serviceId);
    if (service?.state !== "ready" || service.connection === undefined) {
      throw new LifecycleError("The service was removed before it could be isolated.");
    }
    if (service.hasFailed) throw new LifecycleError(`${service.connection.name} has failed, so it cannot be isolated.`);
    const source = await this.#openSource(serviceId, service.connection);
    if (source === undefined) throw new UnsupportedError(`${service.connection.name} cannot be isolated in parts.`);
    const record = (id: string, holder: PartHolder | undefined): void => {
      if (holder === undefined) journal.removePart(serviceId, id);
      else journal.savePart({ serviceId, id, holder });
    };
    const pool = new PartPool({ source, clock, log, record });
    const inherited = this.#inherited.get(serviceId);
    try {
      if (inherited !== undefined) await pool.adopt(inherited);
    } catch (error) {
      await pool[Symbol.asyncDispose]();
      throw error;
    }
    this.#inherited.delete(serviceId);
    this.#opened.set(serviceId, pool);
    return pool;
  }

  async #openSource(serviceId: string, connection: ServiceConnection): Promise<PartSource | undefined> {
    const { openSource, clock, log } = this.#options;
    const { name, parts } = connection;
    if (parts !== "own") return openSource(connection);
    return new DelegatedPartSource({ serviceId, name, makers: this.#makers, clock, log });
  }

  #forgetInherited(serviceId: string, isMeant: (id: string, holder: PartHolder) => boolean): void {
    const held = this.#inherited.get(serviceId) ?? new Map<string, PartHolder>();
    for (const [id, holder] of held) {
      if (!isMeant(id, holder)) continue;
      held.delete(id);
      this.#options.journal.removePart(serviceId, id);
    }
  }
}

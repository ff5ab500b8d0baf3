import { messageOf } from "../../errors/describe.ts";
import { LifecycleError } from "../../errors/lifecycle-error.ts";
import type { PartSource } from "../../services/part-source.ts";
import { abortable } from "../../time/abortable.ts";
import type { Clock, Timer } from "../../time/clock.ts";
import { KeptParts } from "./kept-parts.ts";
import { PartDemand } from "./part-demand.ts";
import type { PartHolder } from "./part-holder.ts";
import { PartRemovals } from "./part-removals.ts";
import { StrayWatch } from "./stray-watch.ts";

/** What a pool needs. */
export interface PartPoolOptions {
  /** What makes parts. The pool disposes it. */
  readonly source: PartSource;
  /** Where time comes from. */
  readonly clock: Clock;
  /** Told what nobody else is told. */
  readonly log: (line: string) => void;
  /** Told who has a part before he is, and when nobody has it any more; may refuse the former by throwing. */
  readonly record: (id: string, holder: PartHolder | undefined) => void;
}

interface Wait extends PromiseWithResolvers<string> {
  readonly holder: PartHolder;
}

/** How long it is waited for others to give back the room that a part needs, in milliseconds. */
const ROOM_TIMEOUT_MS = 30_000;

/** How many parts may wait to be removed before no more are made: each takes room. */
const MAX_BACKLOG = 16;

/**
 * The parts of one service: made ahead of need, handed out once each, and removed in the background; or reset, where that can
 * be done, and handed out again under another name. One is made and one removed at a time.
 */
export class PartPool implements AsyncDisposable {
  readonly #options: PartPoolOptions;
  readonly #demand = new PartDemand();
  readonly #idle: string[] = [];
  readonly #held = new Map<string, PartHolder>();
  readonly #kept: KeptParts;
  readonly #strays: StrayWatch;
  readonly #waiting: Wait[] = [];
  readonly #removals: PartRemovals;
  readonly #resets = new Set<Promise<void>>();
  #making: Promise<void> | undefined;
  /** Whether it is in vain to make more until something changes. */
  #isStuck = false;
  /** Whether none are made ahead. */
  #isResting = false;
  #closed: LifecycleError | undefined;
  #roomTimer: Timer | undefined;

  constructor(options: PartPoolOptions) {
    const { clock, source, log } = options;
    this.#options = options;
    this.#removals = new PartRemovals({ source, log, onRemoved: this.resume.bind(this) });
    this.#kept = new KeptParts(clock, this.#discard.bind(this));
    this.#strays = new StrayWatch({ source, clock, log, onDue: this.resume.bind(this) });
  }

  /** A part that nobody else has or had. Waits until one is made; those who asked before come first. */
  async take(holder: PartHolder, signal: AbortSignal): Promise<string> {
    if (this.#closed !== undefined) throw this.#closed;
    const taken = this.#takenBy(holder);
    if (taken !== undefined) return taken;
    const wait: Wait = { holder, ...Promise.withResolvers<string>() };
    this.#demand.note({ atMs: this.#options.clock.now(), memberId: holder.memberId });
    this.#waiting.push(wait);
    this.#isResting = false;
    this.resume();
    try {
      return await abortable(wait.promise, signal);
    } catch (error) {
      this.#turnDown(wait);
      throw error;
    }
  }

  /** Takes a part back, to be reset or removed. One that nobody has is none of ours. */
  give(id: string): void {
    if (!this.#held.delete(id)) return;
    this.#options.record(id, undefined);
    if (this.#isWantedAgain) this.#reset(id);
    else this.#removals.add(id);
    this.#goOn();
  }

  /** Takes a part back and removes it later, so that somebody can look at it. Of many, the last few are kept. */
  keep(id: string, forMs: number): void {
    if (!this.#held.delete(id)) return;
    this.#options.record(id, undefined);
    this.#kept.add(id, forMs);
  }

  /** Who has which part. */
  get held(): ReadonlyMap<string, PartHolder> {
    return this.#held;
  }

  /** Until when the last part is kept, in milliseconds since the epoch; 0 when none is. */
  get keptUntilMs(): number {
    return this.#kept.untilMs;
  }

  /** Takes back everything that a member has. */
  giveAllOf(memberId: string): void {
    for (const [id, holder] of this.#held) if (holder.memberId === memberId) this.give(id);
  }

  /** Enters the parts that a predecessor handed out, and removes all others: nobody knows what became of them. */
  async adopt(held: ReadonlyMap<string, PartHolder>): Promise<void> {
    for (const [id, holder] of held) this.#held.set(id, holder);
    if (this.#options.source.makers === undefined) await this.#listStrays();
    else this.#strays.expect();
    this.#goOn();
  }

  /** Goes on with what could not be done until something changed: somebody came who makes parts, or there is room. */
  resume(): void {
    this.#isStuck = false;
    this.#goOn();
  }

  /** Makes none ahead until somebody takes one, and resolves when nothing is being made, reset or removed. */
  async rest(): Promise<void> {
    this.#isResting = true;
    for (;;) {
      const busy = [this.#making, this.#removals.underWay, ...this.#resets].filter((work) => work !== undefined);
      if (busy.length === 0) return;
      await Promise.all(busy);
    }
  }

  /** Hands out no more. The parts go with their service. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed ??= new LifecycleError("The service was removed before it could be isolated.");
    for (const { reject } of this.#waiting.splice(0)) reject(this.#closed);
    this.#stopWaitingForRoom();
    this.#kept.clear();
    this.#strays.close();
    this.#removals.close();
    await this.#options.source[Symbol.asyncDispose]();
  }

  #discard(id: string): void {
    this.#removals.add(id);
    this.#goOn();
  }

  #takenBy({ memberId, requestId }: PartHolder): string | undefined {
    return [...this.#held].find(([, holder]) => holder.memberId === memberId && holder.requestId === requestId)?.[0];
  }

  /** Whoever stops waiting has none, even if it is being handed to him. */
  #turnDown(wait: Wait): void {
    const index = this.#waiting.indexOf(wait);
    if (index !== -1) this.#waiting.splice(index, 1);
    if (this.#waiting.length === 0) this.#stopWaitingForRoom(); // Who comes later waits as long as he may.
    wait.promise.then(
      (id) => {
        this.give(id);
      },
      () => undefined,
    );
  }

  #goOn(): void {
    while (this.#idle.length > 0 && this.#waiting.length > 0) this.#handOut(this.#idle.shift(), this.#waiting.shift());
    if (this.#closed !== undefined || this.#options.source.makers?.isAttended === false) return;
    // Not while something is made or reset, which cannot be told from what was left.
    if (this.#strays.isDue && this.#resets.size === 0) this.#making ??= this.#removeStrays();
    if (this.#wantsMore) this.#making ??= this.#make();
    this.#removals.begin();
  }

  #handOut(id: string | undefined, wait: Wait | undefined): void {
    if (id === undefined || wait === undefined) return;
    try {
      this.#options.record(id, wait.holder);
    } catch (error) {
      this.#removals.add(id);
      wait.reject(error);
      return;
    }
    this.#held.set(id, wait.holder);
    this.#stopWaitingForRoom();
    wait.resolve(id);
  }

  get #wantsMore(): boolean {
    if (this.#isStuck || this.#removals.count > MAX_BACKLOG) return false;
    return this.#soonIdle < this.#waiting.length + this.#ahead;
  }

  /** Those that can be reset come back at once: one for each member lets it take the next meanwhile. */
  get #ahead(): number {
    const { clock, source } = this.#options;
    if (this.#isResting) return 0;
    const now = clock.now();
    return Math.min(source.maxIdle, source.reset === undefined ? this.#demand.soon(now) : this.#demand.members(now));
  }

  get #soonIdle(): number {
    return this.#idle.length + this.#resets.size;
  }

  /** There are never more idle than members could take at once, or than may be made ahead. */
  get #isWantedAgain(): boolean {
    const { clock, source } = this.#options;
    if (source.reset === undefined || this.#closed !== undefined || this.#strays.isOn) return false;
    const most = Math.max(source.maxIdle, this.#demand.members(clock.now()));
    return this.#soonIdle < this.#waiting.length + most;
  }

  #reset(id: string): void {
    const reset = this.#resetNow(id).finally(() => {
      this.#resets.delete(reset);
      this.#goOn();
    });
    this.#resets.add(reset);
  }

  async #resetNow(id: string): Promise<void> {
    const { source, log } = this.#options;
    try {
      const again = await source.reset?.(id);
      if (again === undefined) this.#removals.add(id);
      else this.#idle.push(again);
    } catch (error) {
      this.#removals.add(id);
      this.#strays.expect(); // It may have got its new name.
      if (this.#closed === undefined) log(`${id} was not reset: ${messageOf(error)}`);
    }
  }

  async #make(): Promise<void> {
    const { source } = this.#options;
    try {
      this.#idle.push(await source.make());
    } catch (error) {
      this.#strays.expect();
      if (source.makers?.isGone(error) !== true) this.#noteFailure(error);
    }
    this.#making = undefined;
    this.#goOn();
  }

  async #removeStrays(): Promise<void> {
    await this.#strays.look(() => this.#listStrays());
    this.#making = undefined;
    this.#goOn();
  }

  /** Has everything removed that nobody has or had, or will get. */
  async #listStrays(): Promise<void> {
    const ids = new Set(await this.#options.source.list([...this.#held.keys()]));
    const known = new Set([...this.#held.keys(), ...this.#idle]);
    this.#removals.add(...[...ids].filter((id) => !known.has(id) && !this.#kept.has(id) && !this.#removals.has(id)));
  }

  /** Where there is no room, it is waited for whoever may give some back; other failures are everybody's who waits. */
  #noteFailure(error: unknown): void {
    this.#isStuck = true;
    if (this.#waiting.length === 0) this.#options.log(`No part was made ahead of need: ${messageOf(error)}`);
    const isFull = this.#options.source.isFull(error);
    // A test that waits is worth more than one that has failed.
    if (isFull && this.#waiting.length > 0) this.#kept.expireOldest();
    for (const wait of this.#waiting.toReversed()) {
      if (isFull && this.#mayGetRoom(wait)) continue;
      this.#waiting.splice(this.#waiting.indexOf(wait), 1);
      wait.reject(error);
    }
    if (this.#waiting.length > 0) this.#waitForRoom(error);
  }

  /** Not for ever: whoever has the others may need them for as long as he lives. */
  #waitForRoom(error: unknown): void {
    this.#roomTimer ??= this.#options.clock.startTimer(() => {
      this.#roomTimer = undefined;
      for (const { reject } of this.#waiting.splice(0)) reject(error);
    }, ROOM_TIMEOUT_MS);
  }

  #stopWaitingForRoom(): void {
    this.#roomTimer?.cancel();
    this.#roomTimer = undefined;
  }

  /** Whoever has everything himself would wait for ever, as would members who wait for each other. */
  #mayGetRoom({ holder: { memberId } }: Wait): boolean {
    const stuck = new Set([memberId, ...this.#waiting.map(({ holder }) => holder.memberId)]);
    const comesBack = this.#removals.count + this.#resets.size > 0;
    return comesBack || [...this.#held.values()].some((holder) => !stuck.has(holder.memberId));
  }
}

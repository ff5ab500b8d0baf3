import { messageOf } from "../../errors/describe.ts";
import { LifecycleError } from "../../errors/lifecycle-error.ts";
import type { PartSource } from "../../services/part-source.ts";
import { abortable } from "../../time/abortable.ts";
import type { Clock, Timer } from "../../time/clock.ts";
import { PartDemand } from "./part-demand.ts";

/** Who has a part, and by which request, so that one that is sent again is answered once. */
export interface PartHolder {
  /** The member. */
  readonly memberId: string;
  /** The request. */
  readonly requestId: string;
}

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

/** A part that is kept for somebody to look at. */
interface Kept {
  readonly untilMs: number;
  readonly timer: Timer;
}

/** How long it is waited for others to give back the room that a part needs, in milliseconds. */
const ROOM_TIMEOUT_MS = 30_000;

/** How many parts are kept for somebody to look at. */
const MAX_KEPT = 10;

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
  readonly #kept = new Map<string, Kept>();
  readonly #waiting: Wait[] = [];
  readonly #removals: string[] = [];
  readonly #resets = new Set<Promise<void>>();
  #making: Promise<void> | undefined;
  #removing: Promise<void> | undefined;
  /** Whether it is in vain to make more until something changes. */
  #isStuck = false;
  /** Whether none are made ahead. */
  #isResting = false;
  #closed: LifecycleError | undefined;
  #roomTimer: Timer | undefined;

  constructor(options: PartPoolOptions) {
    this.#options = options;
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
    this.#isStuck = false;
    this.#goOn();
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
    else this.#removals.push(id);
    this.#goOn();
  }

  /** Takes a part back and removes it later, so that somebody can look at it. Of many, the last few are kept. */
  keep(id: string, forMs: number): void {
    if (!this.#held.delete(id)) return;
    const { clock, record } = this.#options;
    record(id, undefined);
    const expire = (): void => {
      this.#expire(id);
    };
    this.#kept.set(id, { untilMs: clock.now() + forMs, timer: clock.startTimer(expire, forMs) });
    const [oldest = id] = this.#kept.keys();
    if (this.#kept.size > MAX_KEPT) this.#expire(oldest);
  }

  /** Until when the last part is kept, in milliseconds since the epoch; 0 when none is. */
  get keptUntilMs(): number {
    return Math.max(0, ...[...this.#kept.values()].map(({ untilMs }) => untilMs));
  }

  /** Takes back everything that a member has. */
  giveAllOf(memberId: string): void {
    for (const [id, holder] of this.#held) if (holder.memberId === memberId) this.give(id);
  }

  /** Enters the parts that a predecessor handed out, and removes all others: nobody knows what became of them. */
  async adopt(held: ReadonlyMap<string, PartHolder>): Promise<void> {
    for (const [id, holder] of held) this.#held.set(id, holder);
    const strays = (await this.#options.source.list([...held.keys()])).filter((id) => !held.has(id));
    this.#removals.push(...strays);
    this.#goOn();
  }

  /** Makes none ahead until somebody takes one, and resolves when nothing is being made, reset or removed. */
  async rest(): Promise<void> {
    this.#isResting = true;
    for (;;) {
      const busy = [this.#making, this.#removing, ...this.#resets].filter((work) => work !== undefined);
      if (busy.length === 0) return;
      await Promise.all(busy);
    }
  }

  /** Hands out no more. The parts go with their service. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed ??= new LifecycleError("The service was removed before it could be isolated.");
    for (const { reject } of this.#waiting.splice(0)) reject(this.#closed);
    this.#stopWaitingForRoom();
    for (const { timer } of this.#kept.values()) timer.cancel();
    this.#kept.clear();
    await this.#options.source[Symbol.asyncDispose]();
  }

  #expire(id: string): void {
    this.#kept.get(id)?.timer.cancel();
    this.#kept.delete(id);
    this.#removals.push(id);
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
    if (this.#closed !== undefined) return;
    if (this.#wantsMore) this.#making ??= this.#make();
    if (this.#removals.length > 0) this.#removing ??= this.#remove();
  }

  #handOut(id: string | undefined, wait: Wait | undefined): void {
    if (id === undefined || wait === undefined) return;
    try {
      this.#options.record(id, wait.holder);
    } catch (error) {
      this.#removals.push(id);
      wait.reject(error);
      return;
    }
    this.#held.set(id, wait.holder);
    this.#stopWaitingForRoom();
    wait.resolve(id);
  }

  get #wantsMore(): boolean {
    if (this.#isStuck || this.#removals.length > MAX_BACKLOG) return false;
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
    if (source.reset === undefined || this.#closed !== undefined) return false;
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
      if (again === undefined) this.#removals.push(id);
      else this.#idle.push(again);
    } catch (error) {
      this.#removals.push(id);
      if (this.#closed === undefined) log(`${id} was not reset: ${messageOf(error)}`);
    }
  }

  async #make(): Promise<void> {
    try {
      this.#idle.push(await this.#options.source.make());
    } catch (error) {
      this.#noteFailure(error);
    }
    this.#making = undefined;
    this.#goOn();
  }

  /** Where there is no room, it is waited for whoever may give some back; other failures are everybody's who waits. */
  #noteFailure(error: unknown): void {
    this.#isStuck = true;
    if (this.#waiting.length === 0) this.#options.log(`No part was made ahead of need: ${messageOf(error)}`);
    const isFull = this.#options.source.isFull(error);
    const [oldest] = this.#kept.keys();
    if (isFull && oldest !== undefined) this.#expire(oldest); // A test that waits is worth more than one that has failed.
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
    const comesBack = this.#removals.length + this.#resets.size > 0;
    return comesBack || [...this.#held.values()].some((holder) => !stuck.has(holder.memberId));
  }

  async #remove(): Promise<void> {
    const { source, log } = this.#options;
    const [id = ""] = this.#removals;
    try {
      await source.remove(id);
    } catch (error) {
      if (this.#closed === undefined) log(`${id} was not removed: ${messageOf(error)}`); // It goes with its service.
    }
    this.#removals.shift();
    this.#removing = undefined;
    this.#isStuck = false;
    this.#goOn();
  }
}

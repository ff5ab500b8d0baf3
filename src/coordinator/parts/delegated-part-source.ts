import { hasCode } from "../../errors/cleanroom-error.ts";
import { IsolationError } from "../../errors/isolation-error.ts";
import { LifecycleError } from "../../errors/lifecycle-error.ts";
import type { MadePart, PartMaker } from "../../services/division/part-maker.ts";
import type { PartMakersState, PartSource } from "../../services/part-source.ts";
import { abortable } from "../../time/abortable.ts";
import type { Clock } from "../../time/clock.ts";
import { Deadline } from "../../time/deadline.ts";
import type { Offer, PartMakers } from "./part-makers.ts";
import { MakerGone } from "./part-makers.ts";

/** What having members make parts needs. */
export interface DelegatedPartSourceOptions {
  /** The service. */
  readonly serviceId: string;
  /** Its name. */
  readonly name: string;
  /** Who makes parts. */
  readonly makers: PartMakers;
  /** Where time comes from. */
  readonly clock: Clock;
  /** Told what nobody else is told. */
  readonly log: (line: string) => void;
}

/** How long a member may say nothing, in milliseconds: it answers within 30 s, unless it is held up itself. */
const SILENT_MS = 35_000;

/**
 * Has members make and remove the parts of a service, as only the code of its users can. It is for the pool to ask again when a
 * member was gone before it answered.
 */
export class DelegatedPartSource implements PartSource {
  readonly makers: PartMakersState;
  readonly #options: DelegatedPartSourceOptions;
  readonly #closed = new AbortController();
  /** What parts are called that were made and not removed yet. */
  readonly #names = new Set<string>();
  #maxIdle = 0;
  #canReset = false;

  constructor(options: DelegatedPartSourceOptions) {
    const { makers, serviceId } = options;
    this.#options = options;
    this.makers = {
      get isAttended() {
        return makers.latest(serviceId) !== undefined;
      },
      isGone: (error) => hasCode(error, "CLEANROOM_MAKER_GONE"),
    };
  }

  get maxIdle(): number {
    return this.#maxIdle;
  }

  get reset(): ((id: string) => Promise<string | undefined>) | undefined {
    return this.#canReset ? (id) => this.#reset(id) : undefined;
  }

  async make(): Promise<string> {
    let making: Promise<MadePart> | undefined;
    const make = (maker: PartMaker): Promise<MadePart> => (making = maker.make());
    try {
      const { id, maxIdle, canReset } = await this.#ask(make);
      this.#maxIdle = maxIdle;
      this.#canReset = canReset;
      return this.#entered(id, "make");
    } catch (error) {
      // What comes of it later is nobody's.
      if (this.makers.isGone(error)) making?.then(({ id }) => this.remove(id)).catch(() => undefined);
      throw error;
    }
  }

  async remove(id: string): Promise<void> {
    await this.#ask((maker) => maker.remove(id));
    this.#names.delete(id);
  }

  async list(held: readonly string[]): Promise<readonly string[]> {
    for (const id of held) this.#names.add(id);
    return this.#ask((maker) => maker.list());
  }

  isFull(error: unknown): boolean {
    return hasCode(error, "CLEANROOM_ISOLATION_EXHAUSTED");
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort(new LifecycleError("The service was removed before its parts were made."));
    return Promise.resolve();
  }

  async #reset(id: string): Promise<string | undefined> {
    const again = await this.#ask((maker) => maker.reset(id));
    if (again === undefined) return undefined;
    this.#names.delete(id);
    return this.#entered(again, "reset");
  }

  /** Two holders must not have one part, whatever the user's code says. */
  #entered(id: string, method: "make" | "reset"): string {
    if (!this.#names.has(id)) {
      this.#names.add(id);
      return id;
    }
    const { name: container } = this.#options;
    const reason = `\`${method}\` gave ${id}, which another part is called`;
    const hint = "Have it give a name that nothing was called before, in no process: a random one, for example.";
    throw new IsolationError({ container, operation: `isolate ${container}`, failure: "failed", reason, hint });
  }

  async #ask<T>(work: (maker: PartMaker) => Promise<T>): Promise<T> {
    this.#closed.signal.throwIfAborted();
    const offer = this.#options.makers.latest(this.#options.serviceId);
    if (offer === undefined) throw new MakerGone();
    const signal = AbortSignal.any([offer.withdrawn.signal, this.#closed.signal]);
    using deadline = new Deadline({
      clock: this.#options.clock,
      timeoutMs: SILENT_MS,
      onExpire: () => new MakerGone(),
      signal,
    });
    try {
      return await abortable(work(offer.maker), deadline.signal);
    } catch (error) {
      if (deadline.isReason(error)) this.#noteSilence(offer);
      if (!hasCode(error, "CLEANROOM_LIFECYCLE") || this.#closed.signal.aborted) throw error;
      this.#options.makers.withdraw((other) => other === offer); // Its environment is being cleaned up.
      throw new MakerGone();
    }
  }

  #noteSilence(offer: Offer): void {
    const { makers, name, log } = this.#options;
    makers.demote(offer);
    log(`A process that makes parts of ${name} said nothing for ${SILENT_MS} ms; others are asked first.`);
  }
}

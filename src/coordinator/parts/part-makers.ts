import { CleanroomError } from "../../errors/cleanroom-error.ts";
import type { PartMaker } from "../../services/division/part-maker.ts";

/** Whoever was asked to make or remove a part is gone, so that it is not known how far it got. */
export class MakerGone extends CleanroomError {
  static {
    this.prototype.name = "MakerGone";
  }

  readonly code = "CLEANROOM_MAKER_GONE";

  constructor() {
    super("The process that made parts is gone.");
  }
}

/** A member that makes parts of one service. */
export interface Offer {
  /** The service. */
  readonly serviceId: string;
  /** The member. */
  readonly memberId: string;
  /** What it is asked with. */
  readonly maker: PartMaker;
  /** Aborts when it makes no more. */
  readonly withdrawn: AbortController;
}

/** Who makes the parts of services that only the code of their users can make. */
export class PartMakers {
  /** By service; who was heard of last comes last. */
  readonly #offers = new Map<string, readonly Offer[]>();

  /** Notes that a member makes parts of a service, and has just been heard of. */
  offer(serviceId: string, memberId: string, maker: PartMaker): void {
    const offers = this.#offers.get(serviceId) ?? [];
    const existing = offers.find((offer) => offer.memberId === memberId);
    const offer =
      existing?.maker === maker ? existing : { serviceId, memberId, maker, withdrawn: new AbortController() };
    this.#offers.set(serviceId, [...offers.filter((other) => other !== existing), offer]);
    if (existing !== offer) existing?.withdrawn.abort(new MakerGone()); // It came back over another connection.
  }

  /** Notes that a member is held up: it is asked only where there is nobody else, until it is heard of again. */
  demote(offer: Offer): void {
    const offers = this.#offers.get(offer.serviceId) ?? [];
    if (!offers.includes(offer)) return;
    this.#offers.set(offer.serviceId, [offer, ...offers.filter((other) => other !== offer)]);
  }

  /** Notes that these make no more. Whoever waits for one of them waits for another. */
  withdraw(isMeant: (offer: Offer) => boolean): void {
    for (const [serviceId, offers] of this.#offers) {
      const [meant, others] = [offers.filter(isMeant), offers.filter((offer) => !isMeant(offer))];
      if (others.length === 0) this.#offers.delete(serviceId);
      else this.#offers.set(serviceId, others);
      for (const { withdrawn } of meant) withdrawn.abort(new MakerGone());
    }
  }

  /** Whoever was heard of last: the least likely to be held up, in a debugger for example. `undefined` when there is nobody. */
  latest(serviceId: string): Offer | undefined {
    return this.#offers.get(serviceId)?.at(-1);
  }
}

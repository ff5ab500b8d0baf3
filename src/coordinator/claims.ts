import { messageOf } from "../errors/describe.ts";
import type { GivenBack, ServiceRequest } from "./coordination.ts";
import type { Retirement } from "./retirement.ts";
import { hasRoom } from "./room.ts";
import type { ServiceBook } from "./service-book.ts";
import type { Member } from "./session.ts";
import type { SharedService } from "./shared-service.ts";

/** What claims need. */
export interface ClaimsOptions {
  /** Every shared service. */
  readonly book: ServiceBook;
  /** What ends them. */
  readonly retirement: Retirement;
  /** Told what nobody else is told. */
  readonly log: (line: string) => void;
}

/** Who has which container for himself. No container has two holders, and none that may not be as it should be gets another. */
export class Claims {
  readonly #options: ClaimsOptions;

  constructor(options: ClaimsOptions) {
    this.#options = options;
  }

  /** Enters who has a service from now on, when the request is a claim. */
  enter(service: SharedService, member: Member, { claim, requestId }: ServiceRequest): void {
    if (claim !== undefined) service.holder = { memberId: member.id, requestId };
  }

  /** Strikes out a claim whose request comes to nothing; nobody has got the container. */
  withdraw(service: SharedService, { claim }: ServiceRequest): void {
    if (claim !== undefined) this.#free(service);
  }

  /** Takes a container back. One that the member does not have by that request is none of his. */
  giveBack(member: Member, { serviceId, requestId, isReusable }: GivenBack): void {
    const service = this.#options.book.get(serviceId);
    const { holder } = service ?? {};
    if (service === undefined || holder?.memberId !== member.id || holder.requestId !== requestId) return;
    if (isReusable) this.#free(service);
    else this.#discard(service);
  }

  /** Removes whatever members have that are gone: nobody knows what they did to it. */
  takeBackFrom(isGone: (memberId: string) => boolean): void {
    for (const service of this.#options.book.all) {
      const { holder, state } = service;
      if (state === "ready" && holder !== undefined && isGone(holder.memberId)) this.#discard(service);
    }
  }

  /** One that is being made ahead of need, for which nobody waits yet. */
  beingMadeFor(request: ServiceRequest): SharedService | undefined {
    if (request.claim === undefined) return undefined;
    return this.#spares(request).find(({ state, waits }) => state === "creating" && waits.size === 0);
  }

  /** Whether one more is to be made ahead of need: there is to be one for each process that has any, while there is room. */
  wantsMore(request: ServiceRequest): boolean {
    const { book } = this.#options;
    const held = book.all.filter((service) => service.isLike(request) && service.holder !== undefined);
    const members = new Set(held.map(({ holder }) => holder?.memberId)).size;
    return this.#spares(request).length < Math.max(1, members) && hasRoom(request, book);
  }

  #spares(request: ServiceRequest): readonly SharedService[] {
    return this.#options.book.all.filter((service) => service.isLike(request) && service.isSpare);
  }

  #free(service: SharedService): void {
    service.holder = undefined;
    this.#options.book.save(service);
    this.#options.book.tellChange();
  }

  /** What others share as well stays theirs. Not waited for: nobody can get it in any case. */
  #discard(service: SharedService): void {
    const { retirement, log } = this.#options;
    if (service.request.claim === undefined) {
      service.isSpent = true;
      this.#free(service);
      return;
    }
    retirement.remove(service, "whoever had it is done with it").catch((error: unknown) => {
      log(`${service.containerName} was not removed: ${messageOf(error)}`);
    });
  }
}

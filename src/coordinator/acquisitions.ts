import type { ImageMemo } from "../warm/image-memo.ts";
import type { CacheVolumes } from "./cache-volumes.ts";
import type { Claims } from "./claims.ts";
import type { ContainerCache } from "./container-cache.ts";
import type { Acquisition, ServiceRequest } from "./coordination.ts";
import type { Creations } from "./creations.ts";
import type { Parts } from "./parts/parts.ts";
import { findRenewable } from "./renewal.ts";
import type { Retirement } from "./retirement.ts";
import { hasRoom, makeRoom } from "./room.ts";
import type { ServiceBook } from "./service-book.ts";
import type { Member } from "./session.ts";
import type { SessionBook } from "./session-book.ts";
import type { SharedNetworks } from "./shared-networks.ts";
import type { SharedService } from "./shared-service.ts";
import type { Supervision } from "./supervision/supervision.ts";
import type { Upkeep } from "./upkeep.ts";

/** What answering requests needs. */
export interface AcquisitionsOptions {
  /** Every shared service. */
  readonly services: ServiceBook;
  /** The same as a cache. */
  readonly containers: ContainerCache;
  /** Every session. */
  readonly sessions: SessionBook;
  /** The networks that services are on. */
  readonly networks: SharedNetworks;
  /** The cache volumes that services mount. */
  readonly volumes: CacheVolumes;
  /** Which images there are. */
  readonly images: ImageMemo | undefined;
  /** What ends services. */
  readonly retirement: Retirement;
  /** What is being created. */
  readonly creations: Creations;
  /** Who has one for himself. */
  readonly claims: Claims;
  /** The parts that somebody has. */
  readonly parts: Parts;
  /** What looks after services. */
  readonly supervision: Supervision;
  /** What keeps the book true to the engine. */
  readonly upkeep: Upkeep;
}

/** Answers whoever asks for a service: here it is, or the right to create it. */
export class Acquisitions {
  readonly #options: AcquisitionsOptions;

  constructor(options: AcquisitionsOptions) {
    this.#options = options;
  }

  /** The service, or the right to create it. Waits while somebody else creates it, or while there is no room. */
  async acquire(member: Member, request: ServiceRequest, signal?: AbortSignal): Promise<Acquisition> {
    const ended = [member.left.signal, member.session.ended.signal];
    const waitSignal = AbortSignal.any(signal === undefined ? ended : [signal, ...ended]);
    this.#heed(request);
    for (;;) {
      waitSignal.throwIfAborted();
      const failure = member.session.failureOf(request);
      if (failure !== undefined) throw failure.error;
      const acquisition = await this.#tryAcquire(member, request, waitSignal);
      if (acquisition?.kind === "ready") this.#options.containers.hit();
      if (acquisition !== undefined) return acquisition;
    }
  }

  /** How much is kept is for everybody; what was said last holds. */
  #heed({ caches }: ServiceRequest): void {
    if (caches === undefined) return;
    this.#options.networks.limit(caches.networks);
    this.#options.images?.limit(caches.images);
    this.#options.volumes.limit(caches.volumes);
  }

  async #tryAcquire(member: Member, request: ServiceRequest, signal: AbortSignal): Promise<Acquisition | undefined> {
    const { services, retirement, creations, containers } = this.#options;
    const service = services.find(request);
    if (service === undefined) return this.#makeOne(member, request, signal);
    if (service.state === "removing") return retirement.awaitRemoval(service, signal);
    if (service.state === "ready") {
      const isUsedUp = containers.isUsedUp(service, request);
      if (isUsedUp) return retirement.awaitRemoval(service, signal, "used long enough");
      return this.#use(service, member, request);
    }
    if (service.isPromisedTo(member, request))
      return { kind: "create", ticket: await creations.promise(service, member) };
    await service.settledFor(member, signal);
    return service.acquisition; // None when it was given up: whoever comes first now creates it.
  }

  /** The right to create one; nothing when it had to be waited for what may have made that unnecessary. */
  async #makeOne(member: Member, request: ServiceRequest, signal: AbortSignal): Promise<Acquisition | undefined> {
    const { services: book, retirement, sessions, creations, claims, containers } = this.#options;
    const former = findRenewable(request, this.#options);
    if (former !== undefined) {
      containers.miss();
      return { kind: "create", ticket: await creations.renew(former, member, request) };
    }
    const underWay = claims.beingMadeFor(request);
    if (underWay !== undefined) await underWay.settledFor(member, signal);
    else if (hasRoom(request, book)) {
      containers.miss();
      return { kind: "create", ticket: await creations.begin(member, request, true) };
    } else await makeRoom(request, { book, containers, retirement, sessions, member }, signal);
    return undefined;
  }

  async #use(service: SharedService, member: Member, request: ServiceRequest): Promise<Acquisition | undefined> {
    const { claims, services, networks, retirement, upkeep } = this.#options;
    claims.enter(service, member, request);
    service.lease(member.session.id, member.id);
    const { keepAliveMs, stopGraceMs, resources, capacity, claim, keepsFailure, seed } = request;
    const kept = claim === undefined ? { keepsFailure } : {}; // Of a claim it says nothing about what others share.
    service.request = { ...service.request, keepAliveMs, stopGraceMs, resources, capacity, seed, ...kept };
    services.save(service);
    if (service.networkName !== undefined) networks.keepFor(service.networkName, member.session.id);
    try {
      await retirement.wake(service);
      return (await upkeep.isUsable(service)) ? service.acquisition : undefined;
    } catch (error) {
      claims.withdraw(service, request);
      throw error;
    }
  }
}

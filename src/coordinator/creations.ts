import { LifecycleError } from "../errors/lifecycle-error.ts";
import type { CacheVolumes } from "./cache-volumes.ts";
import type { Claims } from "./claims.ts";
import { ContainerNames } from "./container-names.ts";
import type { CreationTicket, ServiceRequest } from "./coordination.ts";
import { ticketFor } from "./creation-ticket.ts";
import type { Ownership } from "./labels.ts";
import { groupLabels, networkNameOf } from "./labels.ts";
import type { Retirement } from "./retirement.ts";
import type { ServiceBook } from "./service-book.ts";
import type { Member } from "./session.ts";
import { SharedService } from "./shared-service.ts";
import type { SharedNetworks } from "./shared-networks.ts";
import type { Upkeep } from "./upkeep.ts";

/** What creations need. */
export interface CreationsOptions {
  /** Every shared service. */
  readonly book: ServiceBook;
  /** The networks they are on. */
  readonly networks: SharedNetworks;
  /** The cache volumes they mount. */
  readonly volumes: CacheVolumes;
  /** What ends them. */
  readonly retirement: Retirement;
  /** Who has one for himself. */
  readonly claims: Claims;
  /** What keeps the book true to the engine. */
  readonly upkeep: Upkeep;
  /** Whose everything is. */
  readonly ownership: Ownership;
  /** Makes an id that nothing else has. */
  readonly newId: () => string;
}

/** What is being created, and by whom: one process creates a service, all others wait for the outcome. */
export class Creations {
  readonly #options: CreationsOptions;
  readonly #names: ContainerNames;

  constructor(options: CreationsOptions) {
    this.#options = options;
    this.#names = new ContainerNames(options.book, options.ownership);
  }

  /**
   * The right to create a service that there is none of.
   *
   * @param isHis - Whether nobody else gets it.
   */
  async begin(member: Member, request: ServiceRequest, isHis = false): Promise<CreationTicket> {
    const { book, retirement, claims, upkeep, ownership, newId } = this.#options;
    const id = newId();
    const containerName = this.#names.nameFor(id, request);
    const service = new SharedService({ id, request, containerName, networkName: networkNameOf(ownership, request) });
    service.creatorId = member.id;
    if (isHis) claims.enter(service, member, request);
    retirement.replaceUnused(request);
    book.add(service);
    book.save(service);
    upkeep.begin();
    return this.promise(service, member);
  }

  /** The right to initialise a service anew that nobody uses, for a request that nothing answers. */
  renew(service: SharedService, member: Member, request: ServiceRequest): Promise<CreationTicket> {
    const { book, retirement } = this.#options;
    service.beginAnew(request, member);
    retirement.replaceUnused(request);
    book.save(service);
    return this.promise(service, member);
  }

  /** What a member is told that creates a service; also when it asks again. */
  async promise(service: SharedService, { session }: Member): Promise<CreationTicket> {
    const { networks, volumes, ownership, retirement } = this.#options;
    const { networkName, request, former } = service;
    let volumeNames: CreationTicket["volumeNames"];
    try {
      if (former !== undefined) await retirement.clear(service);
      mustBeCreating(service); // Of one that was given up meanwhile nobody would leave what it joins.
      if (networkName !== undefined) {
        const user = { serviceId: service.id, sessionId: session.id, labels: groupLabels(request.group) };
        await networks.join(networkName, user);
      }
      volumeNames = await volumes.join(service);
    } catch (error) {
      if (service.state === "creating") await this.giveUp(service);
      throw error;
    }
    mustBeCreating(service);
    return { ...ticketFor(service, session, ownership), ...(volumeNames !== undefined && { volumeNames }) };
  }

  /** The service that a member is creating. */
  of({ id }: Member, serviceId: string): SharedService | undefined {
    const service = this.#options.book.get(serviceId);
    return service?.state === "creating" && service.creatorId === id ? service : undefined;
  }

  /** Removes what was half made. Whoever waits for it next may create it. */
  async giveUp(service: SharedService): Promise<void> {
    const { retirement, upkeep } = this.#options;
    const removal = retirement.remove(service, "given up");
    service.settled.resolve();
    this.#names.spoil(service);
    upkeep.expectStragglers();
    await removal;
  }
}

function mustBeCreating({ state, request }: SharedService): void {
  if (state !== "creating") throw new LifecycleError(`${request.name} was given up before it was begun.`);
}

import type { EngineCaretaker } from "../backend/engine-caretaker.ts";
import type { CareInstructions } from "../container/care-plan.ts";
import type { ServiceConnection } from "../container/service-connection.ts";
import { keptNameIn } from "../errors/describe-kept.ts";
import { LifecycleError } from "../errors/lifecycle-error.ts";
import type { Clock } from "../time/clock.ts";
import type { ImageMemo, KnownImage } from "../warm/image-memo.ts";
import type { LastUse } from "../warm/last-use.ts";
import type { WarmImages } from "../warm/warm-images.ts";
import { Acquisitions } from "./acquisitions.ts";
import { CacheVolumes } from "./cache-volumes.ts";
import { Claims } from "./claims.ts";
import { ContainerCache } from "./container-cache.ts";
import type { Acquisition, CreationTicket, ReleaseReport, ServiceEvent, ServiceRequest } from "./coordination.ts";
import { Creations } from "./creations.ts";
import { ImageTurns } from "./image-turns.ts";
import type { Journal } from "./journal.ts";
import { keptNameOf } from "./kept-failures.ts";
import type { Ownership } from "./labels.ts";
import { ownershipLabels } from "./labels.ts";
import { openPartSource } from "../services/open-part-source.ts";
import { Parts, type OpenPartSource } from "./parts/parts.ts";
import { privateGroup } from "./private-group.ts";
import { noReport, reportOf } from "./release-report.ts";
import { removeInOrder, removeUnused } from "./remove-in-order.ts";
import { Retirement } from "./retirement.ts";
import { ServiceBook } from "./service-book.ts";
import type { Member, Newcomer, Session } from "./session.ts";
import { SessionBook } from "./session-book.ts";
import { SharedNetworks } from "./shared-networks.ts";
import type { SharedService } from "./shared-service.ts";
import { Supervision } from "./supervision/supervision.ts";
import { Upkeep } from "./upkeep.ts";

/** What a coordinator needs. */
export interface CoordinatorOptions {
  /** The engine that everything runs on. Whoever made it owns it. */
  readonly caretaker: EngineCaretaker;
  /** Where time comes from. */
  readonly clock: Clock;
  /** Whose everything is. */
  readonly ownership: Ownership;
  /** Where it writes down what its successor has to know. */
  readonly journal: Journal;
  /** Makes an id that nothing else has. */
  readonly newId: () => string;
  /** Told what nobody else is told. */
  readonly log: (line: string) => void;
  /** Called whenever a service goes or loses its last user. */
  readonly onChange?: (() => void) | undefined;
  /** Opens what makes the parts of services; what belongs to their kind when absent. */
  readonly openParts?: OpenPartSource;
  /** How long a creation may still come through after its creator died, in milliseconds; 0 when they die together. */
  readonly stragglerMs: number;
  /** Makes and keeps warm images; absent where nothing outlives the process. */
  readonly warmImages?: Pick<WarmImages, "isBusy" | "packed"> | undefined;
  /** When cache volumes were last used; absent where nothing outlives the process. */
  readonly volumeUse?: LastUse | undefined;
  /** Which images there are; absent where nobody asks. */
  readonly images?: ImageMemo | undefined;
  /** How long to wait before a removal that failed is tried again, in milliseconds; never when absent. */
  readonly retryMs?: number | undefined;
}

/**
 * Decides who creates a service and who waits for it, and removes it after its last user. One for each engine and user, or,
 * without sharing, one for each environment.
 */
export class Coordinator {
  /** Every session and who is in it. */
  readonly sessions: SessionBook;
  /** Every shared service. */
  readonly services: ServiceBook;
  /** The same as a cache. */
  readonly containers: ContainerCache;
  /** The networks they are on. */
  readonly networks: SharedNetworks;
  /** Which images there are. */
  readonly images: ImageMemo | undefined;
  /** The cache volumes they mount. */
  readonly volumes: CacheVolumes;
  /** What ends them. */
  readonly retirement: Retirement;
  /** What is being created. */
  readonly creations: Creations;
  /** What looks after services while they are used. */
  readonly supervision: Supervision;
  /** What keeps the book true to the engine. */
  readonly upkeep: Upkeep;
  /** The parts of services that somebody has. */
  readonly parts: Parts;
  /** The containers that somebody has for himself. */
  readonly claims: Claims;
  /** Who fetches or builds which image. */
  readonly imageTurns: ImageTurns = new ImageTurns();
  /** Digests of configurations that were found valid. */
  readonly validConfigurations: Set<string> = new Set();

  readonly #options: CoordinatorOptions;
  readonly #acquisitions: Acquisitions;

  constructor(options: CoordinatorOptions) {
    const { caretaker, clock, ownership, journal, log, retryMs, stragglerMs, warmImages } = options;
    this.#options = options;
    this.sessions = new SessionBook(journal);
    const onUse = (service: SharedService): void => {
      this.supervision.consider(service);
    };
    const onEnding = (service: SharedService): void => {
      this.supervision.end(service);
    };
    this.services = new ServiceBook(journal, this.#noticeChange.bind(this), onUse);
    this.networks = new SharedNetworks({ caretaker, clock, labels: ownershipLabels(ownership), stragglerMs });
    this.volumes = new CacheVolumes({ caretaker, clock, owner: ownership.owner, lastUse: options.volumeUse, log });
    this.images = options.images;
    this.containers = new ContainerCache(this.services, clock);
    const notify = this.#notify.bind(this);
    const { services: book, networks, volumes, containers } = this;
    const parts = new Parts({ book, journal, openSource: options.openParts ?? openPartSource, clock, log });
    const common = { book, parts, caretaker, clock, notify, log };
    const restarted = (service: SharedService): Promise<void> => this.supervision.settled(service);
    const retirement = new Retirement({
      ...common,
      containers,
      networks,
      volumes,
      retryMs,
      warmImages,
      restarted,
      onEnding,
    });
    const supervision = new Supervision({ ...common, retirement });
    this.parts = parts;
    this.supervision = supervision;
    this.retirement = retirement;
    this.claims = new Claims({ book, retirement, log });
    this.upkeep = new Upkeep({ book, retirement, supervision, caretaker, clock, ownership, log, stragglerMs });
    const { claims, upkeep } = this;
    this.creations = new Creations({
      book,
      networks,
      volumes,
      retirement,
      claims,
      upkeep,
      ownership,
      newId: options.newId,
    });
    this.#acquisitions = new Acquisitions(this);
  }

  /** Whether there is nothing to look after, but for what cannot be removed and is left to a successor. */
  get isIdle(): boolean {
    const { services, sessions, networks, volumes, retirement, upkeep } = this;
    const isMakingImages = this.#options.warmImages?.isBusy === true;
    if (sessions.all.length > 0 || upkeep.expectsStragglers || isMakingImages || volumes.isBusy) return false;
    if (retirement.hasGivenUp) return services.all.every((service) => retirement.isUnremoved(service));
    return services.all.length === 0 && networks.names.length === 0;
  }

  /** Lets a process into a session, which is opened when there is none. One that comes back takes its place again. */
  join({ id, identity, notify }: Newcomer, sessionId: string): Member {
    const session = this.sessions.open(sessionId);
    const member: Member = { id, session, identity, notify, left: new AbortController() };
    this.sessions.enter(member);
    return member;
  }

  /** The service, or the right to create it. Waits while somebody else creates it, or while there is no room. */
  acquire(member: Member, request: ServiceRequest, signal?: AbortSignal): Promise<Acquisition> {
    return this.#acquisitions.acquire(member, request, signal);
  }

  /** An image, by name or id; `undefined` when there is none, or nobody knows. */
  async inspectImage(image: string, signal?: AbortSignal): Promise<KnownImage | undefined> {
    return this.images?.inspect(image, signal);
  }

  /** The right to create a container for whoever claims one next; none when there are enough. */
  async createAhead(member: Member, request: ServiceRequest): Promise<CreationTicket | undefined> {
    AbortSignal.any([member.left.signal, member.session.ended.signal]).throwIfAborted();
    const asked = this.services.all.find((service) => service.isPromisedTo(member, request));
    if (asked !== undefined) return this.creations.promise(asked, member);
    return this.claims.wantsMore(request) ? this.creations.begin(member, request) : undefined;
  }

  /** The service that a ticket was for is initialised. */
  created(member: Member, serviceId: string, connection: ServiceConnection, care: CareInstructions): void {
    const service = this.creations.of(member, serviceId);
    if (service === undefined) {
      if (this.services.get(serviceId)?.connection?.id === connection.id) return; // Said twice, as its answer was lost.
      throw new LifecycleError(`${connection.name} was given up before it was ready.`);
    }
    if (service.former !== undefined) this.containers.evicted("renewed");
    service.becomeReady(connection, care, { creator: member, nowMs: this.#options.clock.now() });
    this.services.save(service);
    service.settled.resolve();
    this.upkeep.begin();
  }

  /** A service could not be created. Whoever waits is told, and whoever asks again in their sessions. */
  async failed(member: Member, serviceId: string, error: unknown): Promise<void> {
    const service = this.creations.of(member, serviceId);
    if (service === undefined) return;
    const { request } = service;
    const told = new Set([member, ...service.waitingMembers].map(({ session }) => session));
    for (const session of told) session.failures.push({ request, error });
    service.settled.reject(error);
    service.isKeptAsFailure = keptNameIn(error) === keptNameOf(service.containerName, service.id);
    await this.retirement.remove(service, "could not be created");
  }

  /** A service is not created after all; whoever waits next may create it, once what was made of it is gone. */
  async abandoned(member: Member, serviceId: string): Promise<void> {
    const service = this.creations.of(member, serviceId);
    if (service !== undefined) await this.creations.giveUp(service);
  }

  /** Gives one service back ahead of the session's end, and forgets that creating it failed. */
  async release(member: Member, name: string, serviceId: string | undefined): Promise<ReleaseReport> {
    member.session.forgetFailures(name);
    const service = serviceId === undefined ? undefined : this.services.get(serviceId);
    if (service === undefined) return noReport;
    this.parts.withdraw((offer) => offer.serviceId === service.id && offer.memberId === member.id);
    const isGivenBack = service.releaseFor(member);
    this.services.save(service);
    if (!isGivenBack) return noReport;
    if (!service.isUnused) return reportOf(this.retirement.describe(service, "still-used"));
    return this.retirement.retire(service, [member.session.id]);
  }

  /** Ends a session for all its members: what it had and nobody else uses is kept or removed. */
  endSession(session: Session): Promise<ReleaseReport> {
    this.sessions.bar(session);
    return this.#endSession(session);
  }

  /** Notes that a process is gone. What it was creating is given up; its session ends with its last member. */
  async leave(member: Member): Promise<void> {
    const { session } = member;
    const isGone = this.sessions.leave(member);
    if (!isGone || session.hasEnded) return;
    const creations = this.services.all.filter(({ creatorId }) => creatorId === member.id);
    const own = this.services.all.filter(
      ({ request, state }) => state === "ready" && request.group === privateGroup(member),
    );
    const tasks = [
      ...creations.map((service) => this.creations.giveUp(service)),
      ...own.map((service) => this.release(member, service.request.name, service.id)),
      this.parts.takeBackFrom(member.id),
    ];
    this.claims.takeBackFrom((id) => id === member.id);
    this.imageTurns.giveUpFrom(member.id);
    await Promise.all(tasks);
    if (session.members.size === 0) await this.#endSession(session);
  }

  /** Removes services, dependants first: those that nobody uses, or all of them. */
  async removeServices(serviceIds: readonly string[], isForced: boolean): Promise<ReleaseReport> {
    const services = this.services.all.filter(({ id, state }) => serviceIds.includes(id) && state === "ready");
    return isForced ? removeInOrder(services, this.retirement) : removeUnused(services, this.retirement);
  }

  /** Ends every timer and watch. What there is stays. */
  stop(): void {
    this.upkeep.stop();
    this.supervision.stop();
    this.retirement.stop();
  }

  async #endSession(session: Session): Promise<ReleaseReport> {
    this.sessions.end(session);
    const creations = this.services.all.filter(({ creatorId = "" }) => session.members.has(creatorId));
    this.claims.takeBackFrom((id) => session.members.has(id));
    this.networks.endSession(session.id);
    await Promise.all([
      ...creations.map((service) => this.creations.giveUp(service)),
      ...[...session.members.keys()].map((memberId) => this.parts.takeBackFrom(memberId)),
    ]);
    const leased = this.services.all.filter((service) => service.releaseForSession(session.id));
    return this.retirement.retireAll(leased, session.id);
  }

  #noticeChange(): void {
    if (this.services.all.length === 0 && !this.upkeep.expectsStragglers) this.upkeep.stop();
    this.#options.onChange?.();
  }

  #notify(sessionIds: readonly string[], event: ServiceEvent): void {
    for (const sessionId of new Set(sessionIds)) this.sessions.notify(sessionId, event);
  }
}

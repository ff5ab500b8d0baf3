import { timingSafeEqual } from "node:crypto";
import type { Socket } from "node:net";
import type { BirpcReturn } from "birpc";
import type { CachesStats } from "../caches/cache-stats.ts";
import { reviveError, toErrorData } from "../errors/error-data.ts";
import { LifecycleError } from "../errors/lifecycle-error.ts";
import type { ContainerHealth } from "../health/container-health.ts";
import type { ServiceMetrics } from "../metrics/service-metrics.ts";
import type { PartMaker } from "../services/division/part-maker.ts";
import type { KnownImage } from "../warm/image-memo.ts";
import type { WarmImages } from "../warm/warm-images.ts";
import { cachesStats } from "./caches-stats.ts";
import type { Coordinator } from "./coordinator.ts";
import type { CreationTicket, GivenBack, ReleaseReport, ServiceRequest } from "./coordination.ts";
import type { ImageTurn, ImageTurnRequest } from "./image-turns.ts";
import type { PartRequest } from "./parts/parts.ts";
import type { CoordinatorFunctions, Greeting, MemberFunctions, ReleaseReportData, SweepReport } from "./protocol.ts";
import { isAnswer, parseCall } from "./protocol-schema.ts";
import { remotePartMaker } from "./remote-part-maker.ts";
import { rpcOver } from "./rpc.ts";
import { servicesMetrics, servicesStatus } from "./service-status.ts";
import type { Member } from "./session.ts";

/** What whoever is connected to a coordinator needs of it. */
export interface SeatOptions {
  /** Who decides. */
  readonly coordinator: Coordinator;
  /** What only the user who owns the state directory can read. */
  readonly secret: string;
  /**
   * Called for a member whose connection has ended.
   * @default it leaves
   */
  readonly depart?: (member: Member) => Promise<void>;
  /** Makes warm images; absent where there are none. */
  readonly warmImages?: WarmImages;
  /** Removes what nobody looks after. */
  readonly sweep: () => Promise<SweepReport>;
  /** Told what nobody else is told. */
  readonly log: (line: string) => void;
}

/** One connection and who is at its other end. */
export class Seat implements CoordinatorFunctions {
  readonly #options: SeatOptions;
  readonly #rpc: BirpcReturn<MemberFunctions, CoordinatorFunctions>;
  readonly #waits = new Map<string, AbortController>();
  /** What the member makes parts with, by service. */
  readonly #makers = new Map<string, PartMaker>();
  #isGreeted = false;
  #member: Member | undefined;

  constructor(options: SeatOptions, socket: Socket) {
    this.#options = options;
    this.#rpc = rpcOver<MemberFunctions, CoordinatorFunctions>(socket, {
      functions: functionsOf(this),
      problemOf: (message) => this.#problemOf(message),
      onProblem: (problem) => {
        options.log(`A connection was ended: ${problem}.`);
        socket.destroy();
      },
    });
  }

  /** Id of the member at its other end, once it has joined. */
  get memberId(): string | undefined {
    return this.#member?.id;
  }

  /** Notes that the connection is gone. */
  async leave(): Promise<void> {
    for (const wait of this.#waits.values()) wait.abort();
    const makers = new Set(this.#makers.values());
    this.#options.coordinator.parts.withdraw(({ maker }) => makers.has(maker));
    const { coordinator, depart = (member: Member) => coordinator.leave(member) } = this.#options;
    if (this.#member !== undefined) await depart(this.#member);
  }

  async hello({ identity, memberId, sessionId, offers = [] }: Greeting): Promise<void> {
    if (sessionId === undefined) return;
    const { coordinator } = this.#options;
    const notify: Member["notify"] = (event) => void this.#rpc.notify.asEvent(event);
    this.#member = coordinator.join({ id: memberId, identity, notify }, sessionId);
    await Promise.all(offers.map((serviceId) => this.offerParts(serviceId)));
  }

  acquire(request: Parameters<CoordinatorFunctions["acquire"]>[0]): ReturnType<CoordinatorFunctions["acquire"]> {
    return this.#wait(request, (signal) => this.#options.coordinator.acquire(this.#seated, request, signal));
  }

  async giveBack(container: GivenBack): Promise<void> {
    this.#options.coordinator.claims.giveBack(this.#seated, container);
    return Promise.resolve();
  }

  async createAhead(request: ServiceRequest): Promise<CreationTicket | null> {
    return (await this.#options.coordinator.createAhead(this.#seated, request)) ?? null;
  }

  async offerParts(serviceId: string): Promise<void> {
    const maker = this.#makers.get(serviceId) ?? remotePartMaker(this.#rpc, serviceId);
    this.#makers.set(serviceId, maker);
    this.#options.coordinator.parts.offer(serviceId, this.#seated, maker);
    return Promise.resolve();
  }

  async takePart(request: PartRequest): Promise<string> {
    if (this.#makers.has(request.serviceId)) await this.offerParts(request.serviceId); // Who takes one is there to make it.
    return this.#wait(request, (signal) => this.#options.coordinator.parts.take(this.#seated, request, signal));
  }

  givePart(...[serviceId, id, keepForMs]: Parameters<CoordinatorFunctions["givePart"]>): Promise<void> {
    return this.#options.coordinator.parts.give(serviceId, id, keepForMs);
  }

  takeImageTurn(request: ImageTurnRequest): Promise<ImageTurn> {
    const { coordinator } = this.#options;
    return this.#wait(request, (signal) => coordinator.imageTurns.take(this.#seated, request, signal));
  }

  async endImageTurn(...[requestId, end, error]: Parameters<CoordinatorFunctions["endImageTurn"]>): Promise<void> {
    const failure = error === null ? undefined : reviveError(error);
    this.#options.coordinator.imageTurns.end(this.#seated, requestId, end, failure);
    return Promise.resolve();
  }

  async cancel(requestId: string): Promise<void> {
    this.#waits.get(requestId)?.abort();
    return Promise.resolve();
  }

  async created(...[serviceId, connection, care]: Parameters<CoordinatorFunctions["created"]>): Promise<void> {
    this.#options.coordinator.created(this.#seated, serviceId, connection, care);
    return Promise.resolve();
  }

  async healthOf(serviceId: string): Promise<ContainerHealth> {
    return Promise.resolve(this.#options.coordinator.supervision.healthOf(serviceId));
  }

  metricsOf(serviceId: string): Promise<ServiceMetrics> {
    return this.#options.coordinator.supervision.metricsOf(serviceId);
  }

  restart(serviceId: string): Promise<void> {
    return this.#options.coordinator.supervision.restart(serviceId);
  }

  async keepWarm(...[serviceId, recipe]: Parameters<CoordinatorFunctions["keepWarm"]>): Promise<void> {
    const { coordinator, warmImages } = this.#options;
    const { id } = coordinator.services.get(serviceId)?.connection ?? {};
    if (id === recipe.containerId) warmImages?.begin(serviceId, recipe);
    return Promise.resolve();
  }

  failed(...[serviceId, error]: Parameters<CoordinatorFunctions["failed"]>): Promise<void> {
    return this.#options.coordinator.failed(this.#seated, serviceId, reviveError(error));
  }

  abandoned(serviceId: string): Promise<void> {
    return this.#options.coordinator.abandoned(this.#seated, serviceId);
  }

  async release(name: string, serviceId: string | null): Promise<ReleaseReportData> {
    return toData(await this.#options.coordinator.release(this.#seated, name, serviceId ?? undefined));
  }

  isKnownValid(digest: string): Promise<boolean> {
    return Promise.resolve(this.#options.coordinator.validConfigurations.has(digest));
  }

  async foundValid(digest: string): Promise<void> {
    this.#options.coordinator.validConfigurations.add(digest);
    return Promise.resolve();
  }

  async endSession(): Promise<ReleaseReportData> {
    return toData(await this.#options.coordinator.endSession(this.#seated.session));
  }

  cacheStats(hitsAtHand: number): Promise<CachesStats> {
    return Promise.resolve(cachesStats(this.#options.coordinator, this.#member, hitsAtHand));
  }

  async inspectImage(image: string): Promise<KnownImage | null> {
    return (await this.#options.coordinator.inspectImage(image)) ?? null;
  }

  status(): ReturnType<CoordinatorFunctions["status"]> {
    return Promise.resolve(servicesStatus(this.#options.coordinator));
  }

  metrics(): ReturnType<CoordinatorFunctions["metrics"]> {
    return servicesMetrics(this.#options.coordinator);
  }

  async removeServices(serviceIds: readonly string[], isForced: boolean): Promise<ReleaseReportData> {
    return toData(await this.#options.coordinator.removeServices(serviceIds, isForced));
  }

  sweep(): Promise<SweepReport> {
    return this.#options.sweep();
  }

  /** Until it is answered, a request can be cancelled. */
  async #wait<T>({ requestId }: { requestId: string }, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const wait = new AbortController();
    this.#waits.set(requestId, wait);
    try {
      return await work(wait.signal);
    } finally {
      this.#waits.delete(requestId);
    }
  }

  get #seated(): Member {
    if (this.#member !== undefined) return this.#member;
    throw new LifecycleError("Services were asked for by who is in no session.");
  }

  #problemOf(message: unknown): string | undefined {
    if (isAnswer(message)) return this.#isGreeted ? undefined : "an answer came before hello";
    const call = parseCall(message);
    if (typeof call === "string") return call;
    if (call.m !== "hello") return this.#isGreeted ? undefined : `${call.m} came before hello`;
    const [{ secret }] = call.a as unknown as readonly [Greeting];
    if (this.#isGreeted) return "hello came twice";
    if (!isSame(secret, this.#options.secret)) return "hello came with a wrong secret";
    this.#isGreeted = true;
    return undefined;
  }
}

/** As an object of functions: birpc calls what it finds under a name, whoever it belongs to. */
function functionsOf(seat: Seat): CoordinatorFunctions {
  return {
    hello: (greeting) => seat.hello(greeting),
    acquire: (request) => seat.acquire(request),
    giveBack: (container) => seat.giveBack(container),
    createAhead: (request) => seat.createAhead(request),
    cancel: (requestId) => seat.cancel(requestId),
    created: (serviceId, connection, care) => seat.created(serviceId, connection, care),
    healthOf: (serviceId) => seat.healthOf(serviceId),
    metricsOf: (serviceId) => seat.metricsOf(serviceId),
    restart: (serviceId) => seat.restart(serviceId),
    keepWarm: (serviceId, recipe) => seat.keepWarm(serviceId, recipe),
    failed: (serviceId, error) => seat.failed(serviceId, error),
    abandoned: (serviceId) => seat.abandoned(serviceId),
    release: (name, serviceId) => seat.release(name, serviceId),
    isKnownValid: (digest) => seat.isKnownValid(digest),
    foundValid: (digest) => seat.foundValid(digest),
    offerParts: (serviceId) => seat.offerParts(serviceId),
    takePart: (request) => seat.takePart(request),
    givePart: (serviceId, id, keepForMs) => seat.givePart(serviceId, id, keepForMs),
    takeImageTurn: (request) => seat.takeImageTurn(request),
    endImageTurn: (requestId, end, error) => seat.endImageTurn(requestId, end, error),
    endSession: () => seat.endSession(),
    cacheStats: (hitsAtHand) => seat.cacheStats(hitsAtHand),
    inspectImage: (image) => seat.inspectImage(image),
    status: () => seat.status(),
    metrics: () => seat.metrics(),
    removeServices: (serviceIds, isForced) => seat.removeServices(serviceIds, isForced),
    sweep: () => seat.sweep(),
  };
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function toData({ containers, networks, errors }: ReleaseReport): ReleaseReportData {
  const withErrorData = <Item extends { readonly error?: unknown }>({ error, ...rest }: Item) =>
    error === undefined ? rest : { ...rest, error: toErrorData(error) };
  return {
    containers: containers.map(withErrorData),
    networks: networks.map(withErrorData),
    errors: errors.map((error) => toErrorData(error)),
  };
}

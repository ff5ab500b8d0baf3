import { randomBytes } from "node:crypto";
import type { CachesStats } from "../caches/cache-stats.ts";
import type { CareInstructions } from "../container/care-plan.ts";
import type { ContainerHealth } from "../health/container-health.ts";
import type { ServiceConnection } from "../container/service-connection.ts";
import type { ServiceMetrics } from "../metrics/service-metrics.ts";
import type { PartMaker } from "../services/division/part-maker.ts";
import { cachesStats } from "./caches-stats.ts";
import type {
  Acquisition,
  CreationTicket,
  GivenBack,
  JoinOptions,
  ReleaseReport,
  ServiceRequest,
  SessionMember,
} from "./coordination.ts";
import type { KnownImage } from "../warm/image-memo.ts";
import type { Coordinator } from "./coordinator.ts";
import { inTurn } from "./in-turn.ts";
import type { Member } from "./session.ts";
import { thisProcess } from "./this-process.ts";

/** A seat in a session of a coordinator in this process. */
export class LocalMember implements SessionMember {
  readonly #coordinator: Coordinator;
  readonly #member: Member;
  readonly #makers = new Map<string, PartMaker>();

  /** Joins a session. The caller owns the seat. */
  constructor(coordinator: Coordinator, { sessionId, onEvent }: JoinOptions) {
    this.#coordinator = coordinator;
    const newcomer = { id: randomBytes(8).toString("hex"), identity: thisProcess(), notify: onEvent };
    this.#member = coordinator.join(newcomer, sessionId ?? randomBytes(8).toString("hex"));
  }

  get memberId(): string {
    return this.#member.id;
  }

  get sessionId(): string {
    return this.#member.session.id;
  }

  acquire(request: ServiceRequest, signal?: AbortSignal): Promise<Acquisition> {
    return this.#coordinator.acquire(this.#member, request, signal);
  }

  async giveBack(container: GivenBack): Promise<void> {
    this.#coordinator.claims.giveBack(this.#member, container);
    return Promise.resolve();
  }

  createAhead(request: ServiceRequest): Promise<CreationTicket | undefined> {
    return this.#coordinator.createAhead(this.#member, request);
  }

  async created(serviceId: string, connection: ServiceConnection, care: CareInstructions): Promise<void> {
    this.#coordinator.created(this.#member, serviceId, connection, care);
    return Promise.resolve();
  }

  async healthOf(serviceId: string): Promise<ContainerHealth> {
    return Promise.resolve(this.#coordinator.supervision.healthOf(serviceId));
  }

  metricsOf(serviceId: string): Promise<ServiceMetrics> {
    return this.#coordinator.supervision.metricsOf(serviceId);
  }

  restart(serviceId: string): Promise<void> {
    return this.#coordinator.supervision.restart(serviceId);
  }

  /** Nothing outlives this process that could look after an image. */
  keepWarm(): Promise<void> {
    return Promise.resolve();
  }

  failed(serviceId: string, error: unknown): Promise<void> {
    return this.#coordinator.failed(this.#member, serviceId, error);
  }

  abandoned(serviceId: string): Promise<void> {
    return this.#coordinator.abandoned(this.#member, serviceId);
  }

  release(name: string, serviceId: string | undefined): Promise<ReleaseReport> {
    return this.#coordinator.release(this.#member, name, serviceId);
  }

  isKnownValid(digest: string): Promise<boolean> {
    return Promise.resolve(this.#coordinator.validConfigurations.has(digest));
  }

  async foundValid(digest: string): Promise<void> {
    this.#coordinator.validConfigurations.add(digest);
    return Promise.resolve();
  }

  async offerParts(serviceId: string, maker: PartMaker): Promise<void> {
    this.#makers.set(serviceId, maker);
    this.#coordinator.parts.offer(serviceId, this.#member, maker);
    return Promise.resolve();
  }

  takePart(serviceId: string, signal: AbortSignal = new AbortController().signal): Promise<string> {
    const maker = this.#makers.get(serviceId);
    if (maker !== undefined) this.#coordinator.parts.offer(serviceId, this.#member, maker);
    return this.#coordinator.parts.take(this.#member, { serviceId, requestId: randomBytes(8).toString("hex") }, signal);
  }

  givePart(serviceId: string, id: string, keepForMs: number): Promise<void> {
    return this.#coordinator.parts.give(serviceId, id, keepForMs);
  }

  workOnImage(key: string, work: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
    const { imageTurns } = this.#coordinator;
    return inTurn(
      {
        take: (request) => imageTurns.take(this.#member, request, signal),
        end: async (requestId, end, error) => {
          imageTurns.end(this.#member, requestId, end, error);
          return Promise.resolve();
        },
      },
      key,
      () => work(signal),
      signal,
    );
  }

  async cacheStats(hitsAtHand: number): Promise<CachesStats> {
    return Promise.resolve(cachesStats(this.#coordinator, this.#member, hitsAtHand));
  }

  inspectImage(image: string, signal?: AbortSignal): Promise<KnownImage | undefined> {
    return this.#coordinator.inspectImage(image, signal);
  }

  endSession(): Promise<ReleaseReport> {
    return this.#coordinator.endSession(this.#member.session);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#coordinator.leave(this.#member);
  }
}

import { randomBytes } from "node:crypto";
import type { CachesStats } from "../caches/cache-stats.ts";
import type { ErrorData } from "../errors/error-data.ts";
import { reviveError, toErrorData } from "../errors/error-data.ts";
import { abortable } from "../time/abortable.ts";
import type { CoordinatorAddress } from "./connect-coordinator.ts";
import type {
  Acquisition,
  CreationTicket,
  GivenBack,
  JoinOptions,
  ReleaseReport,
  ServiceRequest,
  SessionMember,
} from "./coordination.ts";
import { CoordinatorLink } from "./coordinator-link.ts";
import type { ImageTurn, ImageTurnEnd, ImageTurnRequest } from "./image-turns.ts";
import { inTurn } from "./in-turn.ts";
import { OfferedParts } from "./offered-parts.ts";
import type { Presence } from "./presence.ts";
import { showPresence } from "./presence.ts";
import type { ReleaseReportData } from "./protocol.ts";
import type { ServiceMetrics } from "../metrics/service-metrics.ts";
import type { PartMaker } from "../services/division/part-maker.ts";
import type { KnownImage } from "../warm/image-memo.ts";
import type { WarmRecipe } from "../warm/warm-recipe.ts";
import type { CareInstructions } from "../container/care-plan.ts";
import type { ContainerHealth } from "../health/container-health.ts";
import type { ServiceConnection } from "../container/service-connection.ts";
import { thisProcess } from "./this-process.ts";

/** A seat in a session of the coordinator's process. */
export class RemoteMember implements SessionMember {
  readonly memberId: string;
  readonly sessionId: string;
  readonly #link: CoordinatorLink;
  readonly #presence: Presence;
  readonly #offered: OfferedParts;
  #hasLeft = false;

  private constructor(
    { memberId, sessionId }: { readonly memberId: string; readonly sessionId: string },
    link: CoordinatorLink,
    presence: Presence,
    offered: OfferedParts,
  ) {
    this.memberId = memberId;
    this.sessionId = sessionId;
    this.#link = link;
    this.#presence = presence;
    this.#offered = offered;
  }

  /**
   * Joins a session. The caller owns the seat.
   *
   * @param signal - Ends the waiting for the coordinator.
   * @throws CoordinatorError when the coordinator can be neither reached nor started, or does not answer.
   */
  static async join(
    address: CoordinatorAddress,
    secret: string,
    options: JoinOptions,
    signal?: AbortSignal,
  ): Promise<RemoteMember> {
    signal?.throwIfAborted();
    const memberId = randomBytes(8).toString("hex");
    const sessionId = options.sessionId ?? randomBytes(8).toString("hex");
    const presence = await showPresence(address.paths.sockets, memberId);
    const greeting = { secret, identity: thisProcess(), memberId, sessionId };
    const offered = new OfferedParts();
    const functions = { notify: options.onEvent, ...offered.functions };
    const link = new CoordinatorLink({ address, greeting, offers: () => offered.serviceIds, functions });
    try {
      await abortable(
        link.call(() => Promise.resolve()),
        signal,
      );
      return new RemoteMember(greeting, link, presence, offered);
    } catch (error) {
      await presence[Symbol.asyncDispose]();
      await link.close();
      throw error;
    }
  }

  async acquire(request: ServiceRequest, signal?: AbortSignal): Promise<Acquisition> {
    signal?.throwIfAborted();
    const asking = this.#link.call((coordinator) => coordinator.acquire(request));
    try {
      return await abortable(asking, signal);
    } catch (error) {
      if (signal?.aborted === true) this.#turnDown(request, asking);
      throw error;
    }
  }

  async giveBack(container: GivenBack): Promise<void> {
    if (this.#hasLeft) return; // With it, everything was given back.
    await this.#link.call((coordinator) => coordinator.giveBack(container));
  }

  async createAhead(request: ServiceRequest): Promise<CreationTicket | undefined> {
    return (await this.#link.call((coordinator) => coordinator.createAhead(request))) ?? undefined;
  }

  created(serviceId: string, connection: ServiceConnection, care: CareInstructions): Promise<void> {
    return this.#link.call((coordinator) => coordinator.created(serviceId, connection, care));
  }

  healthOf(serviceId: string): Promise<ContainerHealth> {
    return this.#link.call((coordinator) => coordinator.healthOf(serviceId));
  }

  metricsOf(serviceId: string): Promise<ServiceMetrics> {
    return this.#link.call((coordinator) => coordinator.metricsOf(serviceId));
  }

  restart(serviceId: string): Promise<void> {
    return this.#link.call((coordinator) => coordinator.restart(serviceId));
  }

  keepWarm(serviceId: string, recipe: WarmRecipe): Promise<void> {
    return this.#link.call((coordinator) => coordinator.keepWarm(serviceId, recipe));
  }

  failed(serviceId: string, error: unknown): Promise<void> {
    return this.#link.call((coordinator) => coordinator.failed(serviceId, toErrorData(error)));
  }

  abandoned(serviceId: string): Promise<void> {
    return this.#link.call((coordinator) => coordinator.abandoned(serviceId));
  }

  async release(name: string, serviceId: string | undefined): Promise<ReleaseReport> {
    return toReport(await this.#link.call((coordinator) => coordinator.release(name, serviceId ?? null)));
  }

  isKnownValid(digest: string): Promise<boolean> {
    return this.#link.call((coordinator) => coordinator.isKnownValid(digest));
  }

  foundValid(digest: string): Promise<void> {
    return this.#link.call((coordinator) => coordinator.foundValid(digest));
  }

  async offerParts(serviceId: string, maker: PartMaker): Promise<void> {
    this.#offered.add(serviceId, maker);
    await this.#link.call((coordinator) => coordinator.offerParts(serviceId));
  }

  async takePart(serviceId: string, signal?: AbortSignal): Promise<string> {
    signal?.throwIfAborted();
    const requestId = randomBytes(8).toString("hex");
    const asking = this.#link.call((coordinator) => coordinator.takePart({ serviceId, requestId }));
    try {
      return await abortable(asking, signal);
    } catch (error) {
      if (signal?.aborted === true) {
        this.#cancel(requestId);
        asking.then((id) => this.givePart(serviceId, id, 0)).catch(() => undefined);
      }
      throw error;
    }
  }

  async givePart(serviceId: string, id: string, keepForMs: number): Promise<void> {
    if (this.#hasLeft) return; // With it, everything was given back.
    await this.#link.call((coordinator) => coordinator.givePart(serviceId, id, keepForMs));
  }

  workOnImage(key: string, work: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
    return inTurn(
      {
        take: (request) => this.#takeImageTurn(request, signal),
        end: (requestId, end, error) => this.#endImageTurn(requestId, end, error),
      },
      key,
      () => work(signal),
      signal,
    );
  }

  cacheStats(hitsAtHand: number): Promise<CachesStats> {
    return this.#link.call((coordinator) => coordinator.cacheStats(hitsAtHand));
  }

  async inspectImage(image: string, signal?: AbortSignal): Promise<KnownImage | undefined> {
    const asking = this.#link.call((coordinator) => coordinator.inspectImage(image));
    return (await abortable(asking, signal)) ?? undefined;
  }

  async endSession(): Promise<ReleaseReport> {
    return toReport(await this.#link.call((coordinator) => coordinator.endSession()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#hasLeft = true;
    // First, since a connection that ends while the process is still there keeps its place.
    await this.#presence[Symbol.asyncDispose]();
    await this.#link.close();
  }

  async #takeImageTurn(request: ImageTurnRequest, signal: AbortSignal): Promise<ImageTurn> {
    const asking = this.#link.call((coordinator) => coordinator.takeImageTurn(request));
    try {
      return await abortable(asking, signal);
    } catch (error) {
      if (signal.aborted) {
        this.#cancel(request.requestId);
        // Whoever stops waiting must not keep the others from it.
        asking.then(() => this.#endImageTurn(request.requestId, "given-up")).catch(() => undefined);
      }
      throw error;
    }
  }

  #endImageTurn(requestId: string, end: ImageTurnEnd, error?: unknown): Promise<void> {
    const failure = error === undefined ? null : toErrorData(error);
    return this.#link.call((coordinator) => coordinator.endImageTurn(requestId, end, failure));
  }

  /** Whoever stops waiting must not be left with the duty to create, nor keep others from it, nor have what he claimed. */
  #turnDown({ requestId, claim }: ServiceRequest, asking: Promise<Acquisition>): void {
    this.#cancel(requestId);
    const undo = async (acquisition: Acquisition): Promise<void> => {
      if (acquisition.kind === "create") await this.abandoned(acquisition.ticket.serviceId);
      else if (claim !== undefined) {
        await this.giveBack({ serviceId: acquisition.serviceId, requestId, isReusable: true });
      }
    };
    asking.then(undo).catch(() => undefined);
  }

  #cancel(requestId: string): void {
    const cancelling = this.#link.call((coordinator) => coordinator.cancel(requestId));
    cancelling.catch(() => undefined); // Then the connection is gone, and all that was asked with it.
  }
}

function toReport({ containers, networks, errors }: ReleaseReportData): ReleaseReport {
  const withError = <Item extends { readonly error?: ErrorData }>({ error, ...rest }: Item) =>
    error === undefined ? rest : { ...rest, error: revive(error) };
  return {
    containers: containers.map(withError),
    networks: networks.map(withError),
    errors: errors.map(revive),
  };
}

function revive(error: ErrorData): Error {
  return reviveError(error);
}

import { randomUUID } from "node:crypto";
import type { SingleFlight } from "../concurrency/single-flight.ts";
import type { CreationTicket, ServiceRequest, SessionMember } from "../coordinator/coordination.ts";
import { messageOf } from "../errors/describe.ts";
import type { Emitter } from "../events/emitter.ts";
import type { ClaimedContainer, ClaimOptions, ContainerAccess } from "../services/container-access.ts";
import type { ManagedService } from "./managed-service.ts";

/** The environment on whose behalf containers are claimed. */
export interface Claimant {
  /** Claims under way, which end with the environment. */
  readonly claims: SingleFlight<ClaimedContainer>;
  /** What is being started ahead of need, which does so as well. */
  readonly starts: SingleFlight<unknown>;
  /** Notes that a container is used from now on. */
  use(service: ManagedService): Promise<void>;
  /** Notes that a container is not used any more. */
  forget(service: ManagedService): void;
}

/** A service that was acquired. */
export interface AcquiredService {
  /** The service itself. */
  readonly service: ManagedService;
  /** What a handle can ask of it. */
  readonly access: ContainerAccess;
  /** Whether it was created for this very request. */
  readonly isNew: boolean;
}

/** What claiming containers of one service needs. */
export interface ServiceClaimsOptions {
  /** On whose behalf. */
  readonly claimant: Claimant;
  /** The seat in the session that the containers belong to. */
  readonly member: SessionMember;
  /** Told of containers that could not be reset. */
  readonly emitter: Emitter;
  /** What everybody asks for who shares the service. */
  readonly request: ServiceRequest;
  /** The container that a request is answered with, created where that is the answer. */
  readonly acquire: (request: ServiceRequest, signal: AbortSignal) => Promise<AcquiredService>;
  /** Creates one and hands it over. */
  readonly create: (request: ServiceRequest, ticket: CreationTicket, signal: AbortSignal) => Promise<unknown>;
}

/** Has containers of a service for single holders. */
export class ServiceClaims {
  readonly #options: ServiceClaimsOptions;

  constructor(options: ServiceClaimsOptions) {
    this.#options = options;
  }

  /** A container that nobody else has until it is given back. The caller gives it back. */
  async claim({ includesShared, isNextStarted, signal }: ClaimOptions): Promise<ClaimedContainer> {
    const { claims } = this.#options.claimant;
    let claimed: ClaimedContainer | undefined;
    const claim = async (claimSignal: AbortSignal): Promise<ClaimedContainer> => {
      claimed = await this.#claim(includesShared, claimSignal);
      return claimed;
    };
    try {
      const own = await claims.run(randomUUID(), claim, signal);
      if (isNextStarted) this.#startNext();
      return own;
    } catch (error) {
      await claimed?.give(true); // It came after whoever waited for it had left.
      throw error;
    }
  }

  async #claim(includesShared: boolean, signal: AbortSignal): Promise<ClaimedContainer> {
    const { acquire, claimant } = this.#options;
    const request = this.#request(includesShared);
    const acquired = await acquire(request, signal);
    const claimed = this.#claimed(acquired, request);
    try {
      await claimant.use(acquired.service);
      signal.throwIfAborted();
      acquired.service.handOut();
      return claimed;
    } catch (error) {
      await claimed.give(true);
      throw error;
    }
  }

  #claimed({ service, access, isNew }: AcquiredService, { requestId }: ServiceRequest): ClaimedContainer {
    const { claimant, member, emitter } = this.#options;
    const { serviceId, connection, name, id } = service;
    const give = async (isReusable: boolean): Promise<void> => {
      claimant.forget(service);
      await member.giveBack({ serviceId, requestId, isReusable });
    };
    const discard = async (error: unknown): Promise<void> => {
      emitter.emit("reset:failed", { name, id, reason: messageOf(error) });
      await give(false);
    };
    return { connection, access, isNew, give, discard };
  }

  /** In the background. Should it fail, whoever claims next starts one and is told. */
  #startNext(): void {
    const { claimant, member, create } = this.#options;
    const startNext = async (signal: AbortSignal): Promise<void> => {
      const request = this.#request(false);
      const ticket = await member.createAhead(request);
      if (ticket !== undefined) await create(request, ticket, signal);
    };
    claimant.starts.run(randomUUID(), startNext).catch(() => undefined);
  }

  #request(includesShared: boolean): ServiceRequest {
    // Of one holder's containers none is kept: a test may well have ended its own.
    return { ...this.#options.request, requestId: randomUUID(), claim: { includesShared }, keepsFailure: false };
  }
}

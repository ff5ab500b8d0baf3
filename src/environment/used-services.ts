import { SingleFlight } from "../concurrency/single-flight.ts";
import type { EndEvent, ServiceEvent } from "../coordinator/coordination.ts";
import { reviveError } from "../errors/error-data.ts";
import { LifecycleError } from "../errors/lifecycle-error.ts";
import type { Emitter } from "../events/emitter.ts";
import type { ClaimedContainer } from "../services/container-access.ts";
import type { Clock } from "../time/clock.ts";
import { closeHandle } from "./close-handle.ts";
import { EarlyEvents } from "./early-events.ts";
import type { ManagedService } from "./managed-service.ts";
import type { Claimant } from "./service-claims.ts";
import { isEnd, tellEvent } from "./tell-event.ts";

/** What noticing the end of services needs. */
export interface UsedServicesOptions {
  /** Told what happens. */
  readonly emitter: Emitter;
  /** Where time comes from. */
  readonly clock: Clock;
  /** Called for a service that cannot be used any more. */
  readonly onEnd: (service: ManagedService) => void;
}

/** The services that an environment uses, and what becomes of them without its doing, or on its behalf. */
export class UsedServices implements Claimant {
  /** Claims under way. */
  readonly claims: SingleFlight<ClaimedContainer> = new SingleFlight();
  /** What is being started ahead of need. */
  readonly starts: SingleFlight<unknown> = new SingleFlight();
  readonly #options: UsedServicesOptions;
  readonly #services = new Set<ManagedService>();
  readonly #early = new EarlyEvents();

  constructor(options: UsedServicesOptions) {
    this.#options = options;
  }

  /**
   * Notes that a service is used from now on.
   *
   * @throws LifecycleError when it has ended already.
   */
  async use(service: ManagedService): Promise<void> {
    const { name, serviceId } = service;
    this.#services.add(service);
    const early = this.#early.take(serviceId);
    for (const event of early) this.notice(event);
    const end = early.find(isEnd);
    if (end === undefined) return;
    await closeHandle(service, this.#options.clock).catch(() => undefined); // It may be gone in the middle of anything.
    throw new LifecycleError(`${name} cannot be used: ${end.reason}.`);
  }

  /** Notes that a service is not used any more. */
  forget(service: ManagedService): void {
    this.#services.delete(service);
  }

  /** Ends every claim and every start ahead of need, and resolves when what they half made is gone. */
  async abortClaims(reason: unknown): Promise<void> {
    await Promise.all([this.claims.abortAll(reason), this.starts.abortAll(reason)]);
  }

  /** Takes note of what happened to a service. The same one may be in use more than once. */
  notice(event: ServiceEvent): void {
    const services = [...this.#services].filter(({ serviceId }) => serviceId === event.serviceId);
    const [first] = services;
    if (first === undefined) this.#early.add(event);
    for (const service of services) this.#noticeOf(service, event);
    if (first === undefined) return;
    tellEvent(event, first, this.#options);
    if (event.kind === "removed") for (const service of services) this.#options.onEnd(service);
  }

  #noticeOf(service: ManagedService, event: ServiceEvent): void {
    if (isEnd(event)) this.#noticeEnd(service, event);
    else if (event.kind === "restarting") service.noteRestart(event.reason);
    else if (event.kind === "restarted") service.noteRestarted(event.connection, event.reason);
  }

  #noticeEnd(service: ManagedService, { kind, reason, error }: EndEvent): void {
    const { name, machine } = service;
    if (kind === "failed") {
      const failure = new LifecycleError(`${name} cannot be used any more: ${reason}.`);
      if (machine.canMove("failed")) machine.fail(error === undefined ? failure : reviveError(error));
      this.#options.onEnd(service);
    } else if (kind === "removed") this.#services.delete(service);
    else if (machine.canMove(kind)) machine.move(kind, reason);
  }
}

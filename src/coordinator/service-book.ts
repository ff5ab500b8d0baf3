import { LifecycleError } from "../errors/lifecycle-error.ts";
import type { ServiceRequest } from "./coordination.ts";
import type { Journal } from "./journal.ts";
import type { SharedService } from "./shared-service.ts";

/** Every shared service there is, and who depends on whom. What changes in it is written down before anybody is told. */
export class ServiceBook {
  readonly #journal: Journal;
  readonly #onChange: () => void;
  readonly #onUse: (service: SharedService) => void;
  readonly #services = new Map<string, SharedService>();
  #change = Promise.withResolvers<void>();

  /**
   * @param onChange - Called whenever a service goes or loses its last user.
   * @param onUse - Called for a service that may be used otherwise than before.
   */
  constructor(journal: Journal, onChange: () => void, onUse: (service: SharedService) => void) {
    this.#journal = journal;
    this.#onChange = onChange;
    this.#onUse = onUse;
  }

  /** Every service, in the order in which they were asked for. */
  get all(): readonly SharedService[] {
    return [...this.#services.values()];
  }

  /** Resolves when a service goes or loses its last user. */
  get nextChange(): Promise<void> {
    return this.#change.promise;
  }

  /** The service of this id. */
  get(id: string): SharedService | undefined {
    return this.#services.get(id);
  }

  /** The service that a request wants: the one that it was promised, if it was sent before, or else the first that will do. */
  find(request: ServiceRequest): SharedService | undefined {
    const answers = this.all.filter((service) => service.answers(request));
    return answers.find(({ holder }) => holder?.requestId === request.requestId) ?? answers[0];
  }

  /**
   * Enters a service.
   *
   * @throws LifecycleError when something it depends on is gone.
   */
  add(service: SharedService): void {
    const dependencies = service.request.dependsOn.map((id) => {
      const dependency = this.get(id);
      if (dependency !== undefined && dependency.state === "ready") return dependency;
      throw new LifecycleError(`Something that ${service.request.name} depends on was removed meanwhile.`);
    });
    for (const dependency of dependencies) dependency.dependants.add(service);
    this.#services.set(service.id, service);
  }

  /** Writes down what is known of a service, unless it has been struck out meanwhile. */
  save(service: SharedService): void {
    if (this.get(service.id) !== service) return;
    const { id, request, containerName, networkName, creatorId, connection, care } = service;
    const { former, isPaused, hasFailed, holder, isSpent, restarting, idleSinceMs, leases, readyAtMs, uses } = service;
    const use = { former, isPaused, hasFailed, holder, isSpent, restarting, idleSinceMs, leases, readyAtMs, uses };
    this.#journal.saveService({ id, request, containerName, networkName, creatorId, connection, care, ...use });
    this.#onUse(service);
  }

  /** Strikes out a service that is gone, and returns those that only it needed. */
  remove(service: SharedService): readonly SharedService[] {
    this.#services.delete(service.id);
    this.#journal.removeService(service.id);
    service.forgetLeases();
    const dependencies = this.all.filter(({ dependants }) => dependants.delete(service));
    this.tellChange();
    return dependencies.filter(({ isUnused, state }) => isUnused && state === "ready");
  }

  /** Lets whoever waits for room look again. */
  tellChange(): void {
    const { resolve } = this.#change;
    this.#change = Promise.withResolvers();
    resolve();
    this.#onChange();
  }

  /** The services of a group that are kept though nobody uses them, in the order in which they were asked for. */
  idleIn(group: string): readonly SharedService[] {
    return this.all.filter(({ request, isUnused, state }) => request.group === group && isUnused && state === "ready");
  }

  /** Enters a service that a predecessor left. What it depends on has been entered before. */
  adopt(service: SharedService): void {
    for (const id of service.request.dependsOn) this.get(id)?.dependants.add(service);
    this.#services.set(service.id, service);
  }
}

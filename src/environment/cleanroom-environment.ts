import type { EngineInfo } from "../backend/container-backend.ts";
import type { CleanroomConfig, Services } from "../config/cleanroom-config.ts";
import type { ServiceConnection } from "../container/service-connection.ts";
import { CleanupError } from "../errors/cleanup-error.ts";
import { messageOf } from "../errors/describe.ts";
import { LifecycleError } from "../errors/lifecycle-error.ts";
import { Emitter } from "../events/emitter.ts";
import type { EventMap } from "../events/event-map.ts";
import type { ContainerRegistry } from "../registry/container-registry.ts";
import { SharedRegistry } from "../registry/shared-registry.ts";
import type { HandleOf, ServiceDefinition } from "../services/service-definition.ts";
import type { CleanupReport } from "../teardown/cleanup-report.ts";
import { abortable } from "../time/abortable.ts";
import type { EnvironmentOptions } from "./environment-options.ts";
import type { ManagedService } from "./managed-service.ts";
import { findConfig, prepareContext } from "./prepare-context.ts";
import type { AnyService } from "./service-catalog.ts";
import type { PlannedService, StarterContext } from "./service-starter.ts";
import { planService, startService } from "./service-starter.ts";
import { tearDownOnSignal } from "./signal-teardown.ts";
import { tearDown } from "./tear-down.ts";

/** The handles of a configuration's services, by name. */
export type ServiceHandles<Configured extends Services> = {
  readonly [Name in keyof Configured]: HandleOf<Configured[Name]>;
};

/**
 * Running services, and the owner of everything they are made of. Dispose it, best with `await using`: that stops and
 * removes all of it. SIGINT (Ctrl-C), SIGTERM and SIGHUP do so too, before they end the process.
 */
export class CleanroomEnvironment<Configured extends Services = Services> implements AsyncDisposable {
  readonly #registry: SharedRegistry<ManagedService>;
  readonly #context: StarterContext;
  readonly #emitter: Emitter;
  readonly #ignoreSignals: () => void;
  #cleanup: Promise<CleanupReport> | undefined;

  private constructor(context: StarterContext, emitter: Emitter) {
    this.#context = context;
    this.#emitter = emitter;
    this.#registry = new SharedRegistry((service) => this.#remove(service));
    this.#ignoreSignals = tearDownOnSignal(() => this.cleanup());
  }

  /**
   * Starts every service of a configuration, those that do not depend on each other at the same time, and resolves when all
   * can be used. Without a configuration it takes the project's `cleanroom.config.ts`. The caller owns the environment.
   *
   * @throws ConfigurationError before anything starts; EngineUnavailableError; and what `getOrCreateContainer` throws. Then
   * nothing is left of what had been started.
   */
  static async start<const Configured extends Services = Services>(
    config?: CleanroomConfig<Configured>,
    options: EnvironmentOptions = {},
  ): Promise<CleanroomEnvironment<Configured>> {
    options.signal?.throwIfAborted();
    const emitter = new Emitter(options.listeners);
    const source = await findConfig(config, options);
    const context = await prepareContext(source, emitter, options);
    const environment = new CleanroomEnvironment<Configured>(context, emitter);
    await environment.#startAll(source.config.services, options.signal);
    return environment;
  }

  /** The containers, by name. */
  get registry(): ContainerRegistry {
    return this.#registry;
  }

  /** The engine that everything runs on. */
  get engine(): EngineInfo {
    return this.#context.runtime.backend.engine;
  }

  /** The handles of the configuration's services. Throws `LifecycleError` after the cleanup. */
  get services(): ServiceHandles<Configured> {
    if (this.#cleanup !== undefined)
      throw new LifecycleError("Services were asked for after the environment's cleanup.");
    const handles = this.#registry.list().map(({ name, handle }) => [name, handle]);
    // Every service of the configuration is in the registry under its name once `start` has resolved.
    return Object.fromEntries(handles) as ServiceHandles<Configured>;
  }

  /** How to reach each service: plain data that other processes hand to `attachService`. It holds passwords. */
  get connections(): Readonly<Record<string, ServiceConnection>> {
    return Object.fromEntries(this.#registry.list().map(({ name, container }) => [name, container.connection]));
  }

  /**
   * The service of this name; `factory` describes it when there is none yet. However many ask at the same time, the factory
   * runs once and one container starts. The environment owns it. `signal` ends this caller's wait; the start itself ends
   * when nobody waits any more.
   *
   * @throws ConfigurationError, CreationError, StartError, HealthError, ResourceError, MigrationError, TimeoutError, what
   * the factory throws, and `LifecycleError` after the cleanup. A start that failed leaves nothing and is tried afresh by the
   * next call.
   */
  async getOrCreateContainer<Handle, Isolated>(
    name: string,
    factory: () => ServiceDefinition<Handle, Isolated> | Promise<ServiceDefinition<Handle, Isolated>>,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<Handle> {
    const plan = async (): Promise<PlannedService> => this.#plan(name, await factory());
    // Whoever described the service of this name described this kind of it.
    return (await this.#obtain(name, plan, options.signal)).handle as Handle;
  }

  /** Calls `listener` for every such event from now on; the returned function ends that. */
  on<Name extends keyof EventMap>(event: Name, listener: (payload: EventMap[Name]) => void): () => void {
    return this.#emitter.on(event, listener);
  }

  /**
   * Stops and removes everything, dependants before what they depend on. Starts under way are ended first. Never rejects:
   * the report says what failed. Further calls return the same report.
   */
  cleanup(): Promise<CleanupReport> {
    this.#cleanup ??= this.#tearDown();
    return this.#cleanup;
  }

  /**
   * Does what `cleanup` does.
   *
   * @throws CleanupError with everything that failed.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    const { errors } = await this.cleanup();
    if (errors.length > 0) throw new CleanupError(errors);
  }

  async #startAll(services: Services, signal: AbortSignal | undefined): Promise<void> {
    try {
      const plans = await Promise.all(
        Object.entries(services).map(([name, definition]) => this.#plan(name, definition)),
      );
      await Promise.all(plans.map((planned) => this.#obtain(planned.name, () => Promise.resolve(planned), signal)));
    } catch (error) {
      const { errors } = await this.cleanup();
      for (const failure of errors) process.emitWarning(`Not cleaned up: ${messageOf(failure)}`, "CleanroomWarning");
      throw error;
    }
  }

  #plan(name: string, definition: AnyService): Promise<PlannedService> {
    return planService(name, definition, this.#context);
  }

  async #obtain(name: string, plan: () => Promise<PlannedService>, signal?: AbortSignal): Promise<ManagedService> {
    if (this.#cleanup !== undefined) throw new LifecycleError(`${name} was asked for after the environment's cleanup.`);
    // A factory that never returns must not keep a cleanup, or a caller who leaves, from getting through.
    const planAndStart = async (start: AbortSignal): Promise<ManagedService> =>
      this.#start(await abortable(plan(), start), start);
    const service = await this.#registry.getOrStart(name, planAndStart, signal);
    service.handOut();
    return service;
  }

  #start(planned: PlannedService, signal: AbortSignal): Promise<ManagedService> {
    return startService(
      planned,
      this.#context,
      ({ name, definition }, dependencySignal) =>
        this.#obtain(name, () => this.#plan(name, definition), dependencySignal),
      signal,
    );
  }

  async #tearDown(): Promise<CleanupReport> {
    await this.#registry.abortStarts(new LifecycleError("The environment was cleaned up while this was starting."));
    await this.#registry.removalsEnded();
    const services = this.#registry.owned();
    const report = await tearDown(services, this.#context.runtime, this.#context.network);
    for (const service of services) this.#registry.forget(service);
    this.#ignoreSignals();
    return report;
  }

  async #remove(service: ManagedService): Promise<void> {
    this.#context.catalog.forget(service.name);
    const { errors } = await tearDown([service], this.#context.runtime);
    if (errors.length > 0) throw new CleanupError(errors);
  }
}

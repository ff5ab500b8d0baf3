import type { EngineInfo } from "../backend/container-backend.ts";
import type { CleanroomConfig, Services } from "../config/cleanroom-config.ts";
import type { ServiceConnection } from "../container/service-connection.ts";
import type { ServiceEvent } from "../coordinator/coordination.ts";
import { CleanupError } from "../errors/cleanup-error.ts";
import { ConfigurationError } from "../errors/configuration-error.ts";
import { messageOf } from "../errors/describe.ts";
import { LifecycleError } from "../errors/lifecycle-error.ts";
import { Emitter } from "../events/emitter.ts";
import type { EventMap } from "../events/event-map.ts";
import type { EnvironmentMetrics } from "../metrics/environment-metrics.ts";
import { EnvironmentRecord } from "../metrics/environment-record.ts";
import type { ContainerRegistry } from "../registry/container-registry.ts";
import { SharedRegistry } from "../registry/shared-registry.ts";
import { forEachSeeded } from "../seed/seeded-order.ts";
import { seededRandom } from "../seed/seeded-random.ts";
import type { HandleOf, ServiceDefinition } from "../services/service-definition.ts";
import type { CleanupReport } from "../teardown/cleanup-report.ts";
import { abortable } from "../time/abortable.ts";
import type { EnvironmentCaches } from "./environment-caches.ts";
import { CachesOfEnvironment } from "./environment-caches.ts";
import type { EnvironmentOptions } from "./environment-options.ts";
import { giveBackAll, giveBackOne } from "./give-back.ts";
import type { ManagedService } from "./managed-service.ts";
import type { Planned } from "./obtain-any.ts";
import { isExisting, obtainAny, planAny } from "./obtain-any.ts";
import { findConfig, prepareContext } from "./prepare-context.ts";
import type { AnyService } from "./service-catalog.ts";
import type { Obtain, PreparedContext, StarterContext } from "./service-starter.ts";
import { checkService } from "./service-starter.ts";
import { tearDownOnSignal, unlessSignalled } from "./signal-teardown.ts";
import { UsedServices } from "./used-services.ts";

/** The handles of a configuration's services, by name. */
export type ServiceHandles<Configured extends Services> = {
  readonly [Name in keyof Configured]: HandleOf<Configured[Name]>;
};

/**
 * Services that this process uses, shared with others of the project that need them too. Dispose it, best with `await using`:
 * what nobody else uses is then stopped and removed. SIGINT (Ctrl-C), SIGTERM and SIGHUP do so too, before they end the
 * process; and a process that is killed is noticed.
 */
export class CleanroomEnvironment<Configured extends Services = Services> implements AsyncDisposable {
  readonly #registry: SharedRegistry<ManagedService>;
  readonly #services: Configured;
  readonly #used: UsedServices;
  readonly #context: StarterContext;
  readonly #emitter: Emitter;
  readonly #record: EnvironmentRecord;
  readonly #ignoreSignals: () => void;
  readonly #caches: CachesOfEnvironment;
  #cleanup: Promise<CleanupReport> | undefined;

  private constructor(services: Configured, context: PreparedContext, emitter: Emitter) {
    this.#services = services;
    this.#emitter = emitter;
    const { clock, seat } = context;
    this.#caches = new CachesOfEnvironment(seat);
    this.#record = new EnvironmentRecord(emitter, clock);
    this.#registry = new SharedRegistry(
      (service) => this.#release(service),
      (name) => this.#forgetFailure(name),
      this.#caches.noteHit.bind(this.#caches),
    );
    const onEnd = this.#registry.forget.bind(this.#registry);
    this.#used = new UsedServices({ emitter, clock, onEnd });
    this.#context = { ...context, claimant: this.#used };
    this.#ignoreSignals = tearDownOnSignal(() => this.cleanup());
  }

  /**
   * Starts every service of a configuration, those that do not depend on each other at the same time, and resolves when all
   * can be used. Without a configuration it takes the project's file. The caller owns the environment.
   *
   * @throws what `open` and `getOrCreateContainer` throw. Then nothing is left of what had been started.
   */
  static async start<const Configured extends Services = Services>(
    config?: CleanroomConfig<Configured>,
    options: EnvironmentOptions = {},
  ): Promise<CleanroomEnvironment<Configured>> {
    const environment = await CleanroomEnvironment.open(config, options);
    await unlessSignalled(environment.#startAll(options.signal));
    return environment;
  }

  /**
   * Does what `start` does, but leaves each service to whoever first asks for it with `get`. The caller owns the environment.
   *
   * @throws ConfigurationError; EngineUnavailableError; CoordinatorError.
   */
  static async open<const Configured extends Services = Services>(
    config?: CleanroomConfig<Configured>,
    options: EnvironmentOptions = {},
  ): Promise<CleanroomEnvironment<Configured>> {
    options.signal?.throwIfAborted();
    const emitter = new Emitter(options.listeners);
    const source = await findConfig(config, options);
    const noticed = new Set<(event: ServiceEvent) => void>();
    const onEvent = (event: ServiceEvent): void => {
      for (const notice of noticed) notice(event);
    };
    const context = await prepareContext(source, emitter, onEvent, options);
    // Whoever gives no configuration does not say what its file holds either.
    const environment = new CleanroomEnvironment(source.config.services as Configured, context, emitter);
    noticed.add((event) => {
      environment.#used.notice(event);
    });
    return environment;
  }

  /** The containers, by name. */
  get registry(): ContainerRegistry {
    return this.#registry;
  }

  /** What is kept for whoever needs it next. */
  get caches(): EnvironmentCaches {
    return this.#caches;
  }

  /** Id of the session that this environment is in. Processes started with it as `CLEANROOM_SESSION` join that. */
  get sessionId(): string {
    return this.#context.seat.sessionId;
  }

  /** What names, orders and random choices follow from, as the setting `seed` says; absent where they are left to chance. */
  get seed(): string | undefined {
    return this.#context.settings.seed;
  }

  /**
   * Gives random numbers for tests, from 0 to 1 as `Math.random` does: with a seed the same row of them in every run, for each
   * `purpose`, such as a test's name, a row of its own.
   */
  random(purpose: string): () => number {
    return seededRandom(this.seed, ["test", purpose]);
  }

  /** The engine that everything runs on; connects to it. Rejects with `EngineUnavailableError` when it does not answer. */
  async engine(): Promise<EngineInfo> {
    return (await this.#context.seat.connect()).engine;
  }

  /** The handles of the services that have started. Throws `LifecycleError` after the cleanup. */
  get services(): ServiceHandles<Configured> {
    if (this.#cleanup !== undefined)
      throw new LifecycleError("Services were asked for after the environment's cleanup.");
    const handles = this.#registry.list().map(({ name, handle }) => [name, handle]);
    // Every service of the configuration is in the registry under its name once `start` has resolved.
    return Object.fromEntries(handles) as ServiceHandles<Configured>;
  }

  /** How to reach each service: plain data that other processes hand to `attachService`. It holds passwords. */
  get connections(): Readonly<Record<string, ServiceConnection>> {
    return Object.fromEntries(this.#registry.list().map(({ name, connection }) => [name, connection]));
  }

  /**
   * A service of the configuration, started when nobody has started it yet.
   *
   * @throws what `getOrCreateContainer` throws.
   */
  async get<Name extends string & keyof Configured>(
    name: Name,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<HandleOf<Configured[Name]>> {
    const definition: AnyService | undefined = this.#services[name];
    if (definition === undefined) {
      const message = `there is no service of this name; there are ${Object.keys(this.#services).join(", ") || "none"}`;
      throw new ConfigurationError({ origin: "The configuration", problems: [{ path: `services.${name}`, message }] });
    }
    const plan = (): Promise<Planned> => planAny(name, definition, this.#context);
    // The definition of this name says what its handle is.
    return (await unlessSignalled(this.#obtain(name, plan, options.signal))).handle as HandleOf<Configured[Name]>;
  }

  /**
   * The service of this name; `factory` describes it when this environment has none yet. However many ask at the same time, in
   * however many processes, one container starts, and whoever describes it alike shares it. It is given back with the
   * environment. `signal` ends this caller's wait; the start itself ends when nobody waits any more.
   *
   * @throws ConfigurationError, CreationError, StartError, HealthError, ResourceError, MigrationError, TimeoutError,
   * CapacityError, what the factory throws, and `LifecycleError` after the cleanup. A start that failed leaves nothing, and is
   * not repeated in the session: whoever asks again gets the same error, until the description changes or `registry.delete`
   * forgets it.
   */
  async getOrCreateContainer<Handle, Isolated>(
    name: string,
    factory: () => ServiceDefinition<Handle, Isolated> | Promise<ServiceDefinition<Handle, Isolated>>,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<Handle> {
    const plan = async (): Promise<Planned> => {
      const definition = await factory();
      await checkService(name, definition, this.#context);
      return planAny(name, definition, this.#context);
    };
    // Whoever described the service of this name described this kind of it.
    return (await unlessSignalled(this.#obtain(name, plan, options.signal))).handle as Handle;
  }

  /** Calls `listener` for every such event from now on; the returned function ends that. */
  on<Name extends keyof EventMap>(event: Name, listener: (payload: EventMap[Name]) => void): () => void {
    return this.#emitter.on(event, listener);
  }

  /** Does `work` and times it under a name, which `metrics()` tells. What it returns or throws is passed on. */
  measure<T>(name: string, work: () => T | Promise<T>): Promise<T> {
    return this.#record.measure(name, work);
  }

  /** What its services use, how they are and how fast they answer; how starts went; what `measure` has timed. Plain data. */
  metrics(): Promise<EnvironmentMetrics> {
    return this.#record.metrics(this.#registry.list());
  }

  /**
   * Gives everything back: what nobody else uses is stopped and removed, dependants before what they depend on, or kept as long
   * as its `keepAliveMs` says. Starts under way are ended first. In a session that another process began, it is that
   * process's end that gives things back. Never rejects: the report says what failed. Further calls return the same report.
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

  async #startAll(signal: AbortSignal | undefined): Promise<void> {
    try {
      const plans = await Promise.all(
        Object.entries(this.#services).map(([name, definition]) => planAny(name, definition, this.#context)),
      );
      const obtain = (planned: Planned): Promise<unknown> =>
        this.#obtain(planned.name, () => Promise.resolve(planned), signal);
      await Promise.all(plans.filter(isExisting).map(obtain)); // What cannot be reached is told before anything starts.
      const others = plans.filter((planned) => !isExisting(planned));
      await forEachSeeded(this.seed, others, ({ name }) => name, obtain);
    } catch (error) {
      const { errors } = await this.cleanup();
      for (const failure of errors) process.emitWarning(`Not cleaned up: ${messageOf(failure)}`, "CleanroomWarning");
      throw error;
    }
  }

  async #obtain(name: string, plan: () => Promise<Planned>, signal?: AbortSignal): Promise<ManagedService> {
    if (this.#cleanup !== undefined) throw new LifecycleError(`${name} was asked for after the environment's cleanup.`);
    const service = await this.#registry.getOrStart(name, (startSignal) => this.#start(plan, startSignal), signal);
    service.handOut();
    return service;
  }

  async #start(plan: () => Promise<Planned>, signal: AbortSignal): Promise<ManagedService> {
    // A factory that never returns must not keep a cleanup, or a caller who leaves, from getting through.
    const planned = await abortable(plan(), signal);
    const obtain: Obtain = ({ name, definition }, dependencySignal) =>
      this.#obtain(name, () => planAny(name, definition, this.#context), dependencySignal);
    const service = await obtainAny(planned, this.#context, obtain, signal);
    await this.#used.use(service);
    return service;
  }

  async #tearDown(): Promise<CleanupReport> {
    const { clock, seat } = this.#context;
    const startedAtMs = clock.now();
    const reason = new LifecycleError("The environment was cleaned up while this was starting.");
    await Promise.all([this.#registry.abortStarts(reason), this.#used.abortClaims(reason)]);
    await this.#registry.removalsEnded();
    const services = this.#registry.list();
    const report = await giveBackAll(services, { seat, clock }, () => {
      for (const service of services) this.#registry.forget(service);
      this.#ignoreSignals();
    });
    return { ...report, durationMs: clock.now() - startedAtMs };
  }

  /** Gives one service back ahead of the cleanup. */
  async #release(service: ManagedService): Promise<void> {
    this.#context.catalog.forget(service.name);
    if (service.connection.fallback !== undefined) await this.#forgetFailure(service.name); // What it took the place of is tried again.
    await giveBackOne(service, this.#context);
  }

  /** Has a start that failed tried afresh. */
  async #forgetFailure(name: string): Promise<void> {
    const { existing, seat } = this.#context;
    existing.failures.delete(name);
    if (seat.isTaken) await seat.member.release(name, undefined);
  }
}

import type { ContainerStats, ExecOptions, ExecResult } from "../../backend/container-backend.ts";
import { hostPort } from "../../container/host-port.ts";
import type { ServiceConnection } from "../../container/service-connection.ts";
import { UnsupportedError } from "../../errors/unsupported-error.ts";
import type { ContainerHealth } from "../../health/container-health.ts";
import type { ContainerState } from "../../lifecycle/lifecycle-state.ts";
import { HandleProxies } from "../../metrics/proxy/handle-proxies.ts";
import type { ProxyOptions, ServiceProxy } from "../../metrics/proxy/service-proxy.ts";
import type { ServiceMetrics } from "../../metrics/service-metrics.ts";
import { unwatched } from "../../metrics/service-metrics.ts";
import type { MonitorOptions } from "../../resources/monitor-container.ts";
import type { ResourceSample } from "../../resources/resource-sample.ts";
import { systemClock } from "../../time/system-clock.ts";
import type { ContainerAccess } from "../container-access.ts";
import { firstPort } from "./first-port.ts";

/**
 * A running container. The environment that started it owns it, so there is nothing to dispose, unless it was isolated: then
 * disposing gives it back.
 */
export class GenericContainer implements AsyncDisposable {
  /** Name of the service. */
  readonly name: string;
  /** The engine's full id; empty of a service that exists already. */
  readonly id: string;
  /** The image it was made from, after substitution; empty of a service that exists already. */
  readonly image: string;
  /** Host name or address under which its published ports answer. */
  readonly host: string;

  readonly #connection: ServiceConnection;
  readonly #access: ContainerAccess;
  readonly #giveBack: () => Promise<void>;
  readonly #proxies = new HandleProxies();
  #giving: Promise<void> | undefined;

  /** @param giveBack - Gives it back when it is its holder's own. */
  constructor(
    connection: ServiceConnection,
    access: ContainerAccess,
    giveBack: () => Promise<void> = () => Promise.resolve(),
  ) {
    this.name = connection.name;
    this.id = connection.id;
    this.image = connection.image;
    this.host = connection.host;
    this.#connection = connection;
    this.#access = access;
    this.#giveBack = giveBack;
  }

  /** How to reach it now, as plain data. */
  protected get connection(): ServiceConnection {
    return this.#access.connection?.() ?? this.#connection;
  }

  /** Its state now. */
  get state(): ContainerState {
    return this.#access.state();
  }

  /** What it failed with, such as an `ExitError` or a `ResourceError`; `undefined` unless its state is `failed`. */
  get error(): unknown {
    return this.#access.error?.();
  }

  /** Whether it takes the place of a service that could not be created, as `recovery.fallback` says. */
  get isFallback(): boolean {
    return this.connection.fallback !== undefined;
  }

  /**
   * Where it answers from this machine: the first published TCP port, as an HTTP address; of a service that exists already,
   * the URL that was given.
   *
   * @throws ConfigurationError when it publishes none.
   */
  get url(): string {
    return this.connection.existing?.url ?? `http://${this.host}:${this.port()}`;
  }

  /**
   * Where it answers from other containers of the environment: the same port under its name.
   *
   * @throws UnsupportedError when it is on no shared network.
   */
  get networkUrl(): string {
    return `http://${this.networkHost}:${firstPort(this.connection)}`;
  }

  /**
   * Name under which other containers reach it.
   *
   * @throws UnsupportedError when it is on no shared network.
   */
  get networkHost(): string {
    const { networkAlias, name, existing } = this.connection;
    if (networkAlias !== undefined) return networkAlias;
    if (existing !== undefined) {
      throw new UnsupportedError(
        `${name} is the service that ${existing.variable} names; containers have no network with it.`,
      );
    }
    throw new UnsupportedError(
      `${name} is on no network that other containers share. Set \`network: true\` in its options, or let a service of the ` +
        "configuration depend on it.",
    );
  }

  /**
   * The host port that leads to `containerPort`, by default to its first published port.
   *
   * @throws ConfigurationError when that port is not published.
   */
  port(containerPort: number = firstPort(this.connection), protocol: "tcp" | "udp" = "tcp"): number {
    return hostPort(this.connection, containerPort, protocol);
  }

  /** Runs a command in it, given as its arguments, without a shell. A non-zero exit code is a result, not an error. */
  exec(command: readonly string[], options: ExecOptions & { readonly signal?: AbortSignal } = {}): Promise<ExecResult> {
    const { signal, ...rest } = options;
    return this.#access.exec(command, rest, signal);
  }

  /**
   * Its last `tailLines` log lines, 100 by default; standard output and error in the order they were written.
   */
  logs(options: { readonly tailLines?: number; readonly signal?: AbortSignal } = {}): Promise<string> {
    return this.#access.logs(options.tailLines ?? 100, options.signal);
  }

  /** What it uses of the machine now: one sample. */
  stats(options: { readonly signal?: AbortSignal } = {}): Promise<ContainerStats> {
    return this.#access.stats(options.signal);
  }

  /**
   * What it uses of the machine, sample by sample, with rates: `for await (const { cpu } of service.monitor())`. The first
   * comes after two intervals at most. Ends when the container does. Leaving the loop ends all that is done for it.
   */
  monitor(options: MonitorOptions = {}): AsyncIterable<ResourceSample> {
    return this.#access.monitor(options);
  }

  /**
   * What it uses of the machine, how it is and has been, and how fast it answers. Its container is looked at once, by whoever
   * runs it; nothing is measured in between.
   */
  async metrics(): Promise<ServiceMetrics> {
    const metrics = (await this.#access.metrics?.()) ?? unwatched(this.name, systemClock.now());
    const { traffic } = this.#proxies;
    return traffic === undefined ? metrics : { ...metrics, performance: { ...metrics.performance, traffic } };
  }

  /**
   * Stands in front of it, on a port of this machine, and times what goes through: `metrics()` tells. The caller disposes it, and
   * the environment does at the latest.
   *
   * @throws ConfigurationError when the container's port is not published, or the port to listen at is taken; LifecycleError
   * after the environment's cleanup.
   */
  async proxy({ containerPort = firstPort(this.connection), port = 0 }: ProxyOptions = {}): Promise<ServiceProxy> {
    const target = (): { readonly host: string; readonly port: number } => ({
      host: this.connection.host,
      port: this.port(containerPort),
    });
    target(); // What it cannot lead to is told now.
    return this.#proxies.open({ name: this.name, target, url: this.url, port });
  }

  /**
   * How it is, and what the last attempts of the probes saw that watch it as the option `supervision` says. Every change of it is the event
   * `container:health`. Without that option it is `unknown`.
   */
  health(): Promise<ContainerHealth> {
    return this.#access.health?.() ?? Promise.resolve({ status: "unknown" });
  }

  /**
   * Restarts it, for everybody who uses it, and resolves when it can be used again. It is the same container, but its host ports may be
   * others: ask `port()` or `url` again. What it keeps in memory is gone.
   *
   * @throws UnsupportedError where it cannot be restarted; what its new start fails with, and then it has failed for good.
   */
  async restart(): Promise<void> {
    if (this.#access.restart !== undefined) return this.#access.restart();
    throw new UnsupportedError(
      `${this.name} cannot be restarted from here: only a process that is in its session can do that.`,
    );
  }

  /**
   * Gives back a container that `isolate()` handed out. One that is shared stays: then only what this handle itself has open is
   * closed, which the environment does.
   */
  [Symbol.asyncDispose](): Promise<void> {
    return (this.#giving ??= this.#close());
  }

  async #close(): Promise<void> {
    await this.#proxies[Symbol.asyncDispose]();
    await this.#giveBack();
  }
}

import { AsyncLocalStorage } from "node:async_hooks";
import { isIP } from "node:net";
import type Dockerode from "dockerode";
import type { Container, ContainerCreateOptions } from "dockerode";
import type { ContainerRuntimeClient } from "testcontainers";
import { isCleanroomError } from "../../errors/cleanroom-error.ts";
import { EngineRequestError } from "../../errors/engine-request-error.ts";
import { isObject } from "../../errors/is-object.ts";
import { UnsupportedError } from "../../errors/unsupported-error.ts";
import type { AdoptRequest, AdoptedContainer, Adoption, ContainerBuilder } from "../adoption.ts";
import type { EngineInfo } from "../container-backend.ts";
import { classify, toEngineError } from "../engine-api/engine-errors.ts";
import { adoptedBody } from "./adopted-body.ts";

/** What Testcontainers makes containers with, and where their ports are published and looked for. */
export interface AdoptionContext {
  /** Testcontainers' own client of the engine. */
  readonly dockerode: Dockerode;
  /** Where Testcontainers looks for published ports. */
  readonly runtime: Pick<ContainerRuntime, "host" | "hostIps">;
  /** The engine, as Cleanroom sees it. */
  readonly engine: Pick<EngineInfo, "hostAddress" | "publishAddress">;
}

/** What Testcontainers knows of the engine. */
type ContainerRuntime = ContainerRuntimeClient["info"]["containerRuntime"];

/** Whose containers are made: known to all that runs on behalf of a builder's start, and to nothing else. */
const claims = new AsyncLocalStorage<Claim>();

const intercepted = new WeakSet<Dockerode>();

/** Lets a builder of Testcontainers make and start its container, which becomes ours as soon as it exists. */
export function adoptContainer(
  context: AdoptionContext,
  request: AdoptRequest,
  builder: ContainerBuilder,
  signal: AbortSignal | undefined,
): Adoption {
  const claim = new Claim(request, context.engine.publishAddress, signal);
  intercept(context);
  const starting = claims.run(claim, async () => {
    signal?.throwIfAborted();
    return withoutReaper(builder).start();
  });
  return claim.settleWith(starting);
}

/**
 * Testcontainers has no parameter for what is sent to the engine, so the client's call is where it can be changed; nor for the
 * host on which it looks for ports. On behalf of a claim both are ours; for everybody else they are as before.
 */
function intercept({ dockerode, runtime, engine }: AdoptionContext): void {
  if (intercepted.has(dockerode)) return;
  intercepted.add(dockerode);
  const original = dockerode.createContainer.bind(dockerode);
  const createContainer = (body: ContainerCreateOptions): Promise<Container> => {
    const claim = claims.getStore();
    return claim === undefined ? original(body) : claim.create(original, body);
  };
  Object.assign(dockerode, { createContainer });
  const { host, hostIps } = runtime;
  const ours = { host: engine.hostAddress, hostIps: addressesOf(engine.hostAddress) ?? hostIps };
  const now = (): typeof ours => (claims.getStore() === undefined ? { host, hostIps } : ours);
  Object.defineProperties(runtime, { host: { get: () => now().host }, hostIps: { get: () => now().hostIps } });
}

function addressesOf(host: string): ContainerRuntime["hostIps"] | undefined {
  const family = isIP(host);
  return family === 0 ? undefined : [{ address: host, family }];
}

/** Its reaper would remove the container when this process ends, although others may use it by then. */
function withoutReaper(builder: ContainerBuilder): ContainerBuilder {
  const { reuse, withAutoCleanup }: TestcontainersBuilder = builder;
  if (reuse === true) throw new UnsupportedError("Leave out `withReuse()`: Cleanroom shares the container already.");
  withAutoCleanup?.call(builder, false);
  return builder;
}

/** What a builder of Testcontainers has besides its `start`. */
interface TestcontainersBuilder extends ContainerBuilder {
  readonly reuse?: unknown;
  readonly withAutoCleanup?: (autoCleanup: boolean) => unknown;
}

/** One container that a builder is to make, and how far that has got. */
class Claim {
  readonly #request: AdoptRequest;
  readonly #publishAddress: string;
  readonly #signal: AbortSignal | undefined;
  readonly #created = Promise.withResolvers<AdoptedContainer>();
  readonly #started = Promise.withResolvers<void>();
  #isTaken = false;

  constructor(request: AdoptRequest, publishAddress: string, signal: AbortSignal | undefined) {
    this.#request = request;
    this.#publishAddress = publishAddress;
    this.#signal = signal;
    signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** Makes the container in the builder's place. */
  async create(make: (body: ContainerCreateOptions) => Promise<Container>, body: ContainerCreateOptions) {
    this.#signal?.throwIfAborted();
    if (this.#isTaken) throw new UnsupportedError(MORE_THAN_ONE);
    const ourBody = adoptedBody(body, this.#request, this.#publishAddress);
    this.#isTaken = true; // From here on an abort waits for the engine's answer.
    const container = await make(ourBody);
    this.#signal?.throwIfAborted();
    this.#keep(container);
    this.#created.resolve({ id: container.id, image: body.Image ?? "" });
    return container;
  }

  /** What becomes of the container, given what becomes of the builder's start. */
  settleWith(starting: Promise<unknown>): Adoption {
    const ready = starting.then(
      (started) => this.#finish(started),
      (error: unknown) => this.#fail(error),
    );
    const adoption = { created: this.#created.promise, started: this.#started.promise, ready };
    for (const promise of Object.values<Promise<unknown>>(adoption)) promise.catch(() => undefined);
    return adoption;
  }

  /** When Testcontainers gives up it removes the container, with the logs that tell why. Removing it is ours. */
  #keep(container: Container): void {
    const start = container.start.bind(container);
    const leave = (): Promise<void> => Promise.resolve();
    const startAndTell = async (options?: object): Promise<unknown> => {
      try {
        return await start(options);
      } catch (error) {
        this.#started.reject(toEngineError("start the container", error));
        throw error;
      } finally {
        this.#started.resolve();
      }
    };
    Object.assign(container, { start: startAndTell, stop: leave, remove: leave });
  }

  async #finish(started: unknown): Promise<unknown> {
    this.#signal?.removeEventListener("abort", this.#onAbort);
    if (this.#isTaken) return started;
    if (isStoppable(started)) await started.stop();
    return this.#fail(new UnsupportedError(OTHER_COPY));
  }

  #fail(error: unknown): never {
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#created.reject(this.#signal?.aborted === true ? this.#signal.reason : creationFailure(error));
    this.#started.reject(error);
    throw error;
  }

  readonly #onAbort = (): void => {
    if (!this.#isTaken) this.#created.reject(this.#signal?.reason);
  };
}

const MORE_THAN_ONE =
  "The module makes more than one container; Cleanroom looks after one for each service. Describe the others as services of " +
  "their own and name them in `dependsOn`.";

const OTHER_COPY =
  "The module made no container with the Testcontainers that Cleanroom uses. Is another version of `testcontainers` installed " +
  "beside it (`npm ls testcontainers`)? Use a version of the module that goes with Cleanroom's.";

/** Whatever Testcontainers failed with before there was a container is the engine's refusal, or as good as one. */
function creationFailure(thrown: unknown): unknown {
  if (isCleanroomError(thrown)) return thrown;
  const error = toEngineError("create the container", thrown);
  const { refusal, reason } = error.details;
  if (refusal !== "unanswered") return error;
  return new EngineRequestError({ ...error.details, refusal: classify(reason) }, thrown);
}

function isStoppable(value: unknown): value is { stop(): Promise<unknown> } {
  return isObject(value) && "stop" in value && typeof value.stop === "function";
}

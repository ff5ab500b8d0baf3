import type Dockerode from "dockerode";
import type { ContainerRuntimeClient } from "testcontainers";
import type { ContainerSpec } from "../../spec/container-spec.ts";
import { defined } from "../../spec/defined.ts";
import type { Clock } from "../../time/clock.ts";
import type { AdoptRequest, Adoption, ContainerBuilder } from "../adoption.ts";
import type {
  BuildOptions,
  ContainerBackend,
  ContainerInspection,
  ContainerStats,
  CreateRequest,
  EngineInfo,
  ExecOptions,
  ExecResult,
  FileStat,
  PullOptions,
} from "../container-backend.ts";
import { EngineCalls } from "../engine-api/engine-calls.ts";
import type { ContainerUpdate, EngineCaretaker, LabelledObject, WatchListeners } from "../engine-caretaker.ts";
import type { EngineFeatures } from "../engine-features.ts";
import type { ImageBuild } from "../../spec/image-build.ts";
import { adoptContainer } from "./adopt-container.ts";
import { buildImage } from "./build-image.ts";
import { packFiles } from "./pack-files.ts";
import { createBody } from "./create-body.ts";
import { pullImage } from "./pull.ts";
import { withEnvironmentScript } from "./with-environment-script.ts";

/** What a `DockerBackend` is made from. */
export interface DockerBackendOptions {
  /** The client that Testcontainers found. */
  readonly client: ContainerRuntimeClient;
  /** Does with the same engine what needs no Testcontainers. The backend owns it from now on. */
  readonly caretaker: EngineCaretaker;
  /** What is known about the engine. */
  readonly engine: EngineInfo;
  /** Where time comes from. */
  readonly clock: Clock;
}

/** Docker and whatever speaks its API, through the client that Testcontainers found. */
export class DockerBackend implements ContainerBackend {
  readonly engine: EngineInfo;

  readonly #client: ContainerRuntimeClient;
  readonly #dockerode: Dockerode;
  readonly #caretaker: EngineCaretaker;
  readonly #calls: EngineCalls;

  constructor({ client, caretaker, engine, clock }: DockerBackendOptions) {
    this.engine = engine;
    this.#client = client;
    this.#caretaker = caretaker;
    this.#dockerode = client.container.dockerode;
    this.#calls = new EngineCalls(clock);
  }

  pull(image: string, options: PullOptions, signal?: AbortSignal): Promise<void> {
    const { indexServerAddress } = this.#client.info.containerRuntime;
    return this.#calls.openEnded(`pull ${image}`, signal, (abortSignal) =>
      pullImage({ dockerode: this.#dockerode, indexServerAddress }, image, options, abortSignal),
    );
  }

  build(build: ImageBuild, options: BuildOptions, signal?: AbortSignal): Promise<void> {
    const { indexServerAddress } = this.#client.info.containerRuntime;
    return this.#calls.openEnded(`build ${build.image}`, signal, (abortSignal) =>
      buildImage({ dockerode: this.#dockerode, indexServerAddress }, build, options, abortSignal),
    );
  }

  async create(request: CreateRequest, signal?: AbortSignal): Promise<string> {
    signal?.throwIfAborted();
    const spec = await this.#settledProcess(request.spec, signal);
    const { name, platform, ...body } = createBody({ ...request, spec }, this.engine.publishAddress);
    // Without `_query` all of it would be in the URL as well, secrets included.
    const options = { _query: defined({ name, platform }), _body: body };
    const container = await this.#calls.bounded("create the container", undefined, (abortSignal) =>
      this.#dockerode.createContainer({ ...options, abortSignal }),
    );
    await this.#copyFiles(container, request, signal);
    signal?.throwIfAborted();
    return container.id;
  }

  adopt(request: AdoptRequest, builder: ContainerBuilder, signal?: AbortSignal): Adoption {
    const context = {
      dockerode: this.#dockerode,
      runtime: this.#client.info.containerRuntime,
      engine: this.engine,
    };
    return adoptContainer(context, request, builder, signal);
  }

  start(id: string, signal?: AbortSignal): Promise<void> {
    return this.#calls.bounded(`start container ${id.slice(0, 12)}`, signal, async (abortSignal) => {
      await this.#container(id).start({ abortSignal });
    });
  }

  stop(id: string, graceMs: number, signal?: AbortSignal): Promise<boolean> {
    return this.#caretaker.stop(id, graceMs, signal);
  }

  pause(id: string, signal?: AbortSignal): Promise<void> {
    return this.#caretaker.pause(id, signal);
  }

  unpause(id: string, signal?: AbortSignal): Promise<void> {
    return this.#caretaker.unpause(id, signal);
  }

  remove(idOrName: string, signal?: AbortSignal): Promise<void> {
    return this.#caretaker.remove(idOrName, signal);
  }

  inspect(id: string, signal?: AbortSignal): Promise<ContainerInspection> {
    return this.#caretaker.inspect(id, signal);
  }

  waitForExit(id: string, signal?: AbortSignal): Promise<number> {
    return this.#calls.openEnded("wait for its end", signal, async (abortSignal) => {
      const answer = (await this.#container(id).wait({ condition: "not-running", abortSignal })) as {
        StatusCode: number;
      };
      return answer.StatusCode;
    });
  }

  exec(id: string, command: readonly string[], options?: ExecOptions, signal?: AbortSignal): Promise<ExecResult> {
    return this.#caretaker.exec(id, command, options, signal);
  }

  logs(id: string, tailLines: number, signal?: AbortSignal): Promise<string> {
    return this.#caretaker.logs(id, tailLines, signal);
  }

  statFile(id: string, path: string, signal?: AbortSignal): Promise<FileStat | undefined> {
    return this.#caretaker.statFile(id, path, signal);
  }

  readFile(id: string, path: string, signal?: AbortSignal): Promise<Buffer> {
    return this.#caretaker.readFile(id, path, signal);
  }

  stats(id: string, signal?: AbortSignal): Promise<ContainerStats> {
    return this.#caretaker.stats(id, signal);
  }

  streamStats(id: string, onStats: (stats: ContainerStats) => void, signal?: AbortSignal): Promise<void> {
    return this.#caretaker.streamStats(id, onStats, signal);
  }

  layerBytes(id: string, signal?: AbortSignal): Promise<number | undefined> {
    return this.#caretaker.layerBytes(id, signal);
  }

  restart(id: string, graceMs: number, signal?: AbortSignal): Promise<void> {
    return this.#caretaker.restart(id, graceMs, signal);
  }

  kill(id: string, signal?: AbortSignal): Promise<void> {
    return this.#caretaker.kill(id, signal);
  }

  update(id: string, update: ContainerUpdate, signal?: AbortSignal): Promise<void> {
    return this.#caretaker.update(id, update, signal);
  }

  rename(id: string, name: string, signal?: AbortSignal): Promise<void> {
    return this.#caretaker.rename(id, name, signal);
  }

  disconnect(id: string, signal?: AbortSignal): Promise<void> {
    return this.#caretaker.disconnect(id, signal);
  }

  ping(signal?: AbortSignal): Promise<void> {
    return this.#caretaker.ping(signal);
  }

  features(signal?: AbortSignal): Promise<EngineFeatures> {
    return this.#caretaker.features(signal);
  }

  list(label: string, signal?: AbortSignal): Promise<readonly LabelledObject[]> {
    return this.#caretaker.list(label, signal);
  }

  watch(label: string, listeners: WatchListeners, signal?: AbortSignal): Promise<never> {
    return this.#caretaker.watch(label, listeners, signal);
  }

  createNetwork(name: string, labels: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<void> {
    return this.#caretaker.createNetwork(name, labels, signal);
  }

  removeNetwork(idOrName: string, signal?: AbortSignal): Promise<void> {
    return this.#caretaker.removeNetwork(idOrName, signal);
  }

  createVolume(name: string, labels: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<void> {
    return this.#caretaker.createVolume(name, labels, signal);
  }

  removeVolume(name: string, signal?: AbortSignal): Promise<void> {
    return this.#caretaker.removeVolume(name, signal);
  }

  /** Gives back the caretaker. The connections of Testcontainers' client close by themselves when they are idle. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#caretaker[Symbol.asyncDispose]();
  }

  /** What a script is put before has to be known; otherwise the engine knows best. */
  async #settledProcess(spec: ContainerSpec, signal?: AbortSignal): Promise<ContainerSpec> {
    const { image, environmentScript } = spec;
    if (environmentScript === undefined) return spec;
    const { Config } = await this.#calls.bounded(`inspect the image ${image}`, signal, () =>
      this.#dockerode.getImage(image).inspect(),
    );
    return withEnvironmentScript(spec, environmentScript, Config);
  }

  async #copyFiles(container: Dockerode.Container, { spec }: CreateRequest, signal?: AbortSignal): Promise<void> {
    if (spec.files.length === 0) return;
    const archive = await packFiles(spec.files);
    await this.#calls.bounded("copy files into the container", signal, (abortSignal) =>
      container.putArchive(archive, { path: "/", abortSignal }),
    );
  }

  #container(id: string): Dockerode.Container {
    return this.#dockerode.getContainer(id);
  }
}

import type { IncomingMessage } from "node:http";
import type Dockerode from "dockerode";
import type { ContainerRuntimeClient } from "testcontainers";
import { refusalOf } from "../../errors/engine-request-error.ts";
import type { Clock } from "../../time/clock.ts";
import type {
  ContainerBackend,
  ContainerInspection,
  CreateRequest,
  EngineInfo,
  ExecOptions,
  ExecResult,
  FileStat,
  PullOptions,
} from "../container-backend.ts";
import { packFiles, unpackFirstFile } from "./archive.ts";
import { createBody } from "./create-body.ts";
import { EngineCalls } from "./engine-calls.ts";
import { runInContainer } from "./exec.ts";
import { splitFrames, textOf } from "./frames.ts";
import { toFileStat, toInspection } from "./inspection.ts";
import { pullImage } from "./pull.ts";

/** Docker and whatever speaks its API, through the client that Testcontainers found. */
export class DockerBackend implements ContainerBackend {
  readonly engine: EngineInfo;

  readonly #client: ContainerRuntimeClient;
  readonly #dockerode: Dockerode;
  readonly #calls: EngineCalls;

  constructor(client: ContainerRuntimeClient, engine: EngineInfo, clock: Clock) {
    this.engine = engine;
    this.#client = client;
    this.#dockerode = client.container.dockerode;
    this.#calls = new EngineCalls(clock);
  }

  pull(image: string, options: PullOptions, signal?: AbortSignal): Promise<void> {
    const { indexServerAddress } = this.#client.info.containerRuntime;
    return this.#calls.openEnded(`pull ${image}`, signal, (abortSignal) =>
      pullImage({ dockerode: this.#dockerode, indexServerAddress }, image, options, abortSignal),
    );
  }

  async create(request: CreateRequest, signal?: AbortSignal): Promise<string> {
    signal?.throwIfAborted();
    const body = createBody(request, this.engine.publishAddress);
    const container = await this.#calls.bounded("create the container", undefined, (abortSignal) =>
      this.#dockerode.createContainer({ ...body, abortSignal }),
    );
    await this.#copyFiles(container, request, signal);
    signal?.throwIfAborted();
    return container.id;
  }

  start(id: string, signal?: AbortSignal): Promise<void> {
    return this.#calls.bounded(`start container ${id.slice(0, 12)}`, signal, async (abortSignal) => {
      await this.#container(id).start({ abortSignal });
    });
  }

  stop(id: string, graceMs: number, signal?: AbortSignal): Promise<void> {
    const seconds = Math.ceil(graceMs / 1000); // The Engine API counts in whole seconds.
    return this.#calls.toleratingAbsence(
      `stop container ${id.slice(0, 12)}`,
      signal,
      (abortSignal) => this.#container(id).stop({ t: seconds, abortSignal }),
      graceMs,
    );
  }

  async remove(idOrName: string, signal?: AbortSignal): Promise<void> {
    const container = this.#container(idOrName);
    try {
      await this.#calls.toleratingAbsence(`remove container ${idOrName.slice(0, 12)}`, signal, (abortSignal) =>
        container.remove({ force: true, v: true, abortSignal }),
      );
    } catch (error) {
      const isBeingRemoved = refusalOf(error) === "conflict";
      if (!isBeingRemoved) throw error;
      await this.#calls.toleratingAbsence("wait for its removal", signal, (abortSignal) =>
        container.wait({ condition: "removed", abortSignal }),
      );
    }
  }

  inspect(id: string, signal?: AbortSignal): Promise<ContainerInspection> {
    return this.#calls.bounded(`inspect container ${id.slice(0, 12)}`, signal, async (abortSignal) =>
      toInspection(await this.#container(id).inspect({ abortSignal })),
    );
  }

  waitForExit(id: string, signal?: AbortSignal): Promise<number> {
    return this.#calls.openEnded("wait for its end", signal, async (abortSignal) => {
      const answer = (await this.#container(id).wait({ condition: "not-running", abortSignal })) as {
        StatusCode: number;
      };
      return answer.StatusCode;
    });
  }

  exec(id: string, command: readonly string[], options: ExecOptions = {}, signal?: AbortSignal): Promise<ExecResult> {
    return this.#calls.openEnded(`run ${command.join(" ")}`, signal, (abortSignal) =>
      runInContainer(this.#container(id), command, options, abortSignal),
    );
  }

  logs(id: string, tailLines: number, signal?: AbortSignal): Promise<string> {
    return this.#calls.bounded("read its logs", signal, async (abortSignal) =>
      textOf(splitFrames(await this.#container(id).logs({ stdout: true, stderr: true, tail: tailLines, abortSignal }))),
    );
  }

  async statFile(id: string, path: string, signal?: AbortSignal): Promise<FileStat | undefined> {
    try {
      return await this.#calls.bounded(`look at ${path}`, signal, async (abortSignal) => {
        const answer = (await this.#container(id).infoArchive({ path, abortSignal })) as IncomingMessage;
        answer.resume();
        return toFileStat(String(answer.headers["x-docker-container-path-stat"]));
      });
    } catch (error) {
      if (refusalOf(error) === "not-found") return undefined;
      throw error;
    }
  }

  readFile(id: string, path: string, signal?: AbortSignal): Promise<Buffer> {
    return this.#calls.bounded(`read ${path}`, signal, async (abortSignal) => {
      const archive = await this.#container(id).getArchive({ path, abortSignal });
      return unpackFirstFile(archive);
    });
  }

  async createNetwork(name: string, labels: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    await this.#calls.bounded("create the network", undefined, (abortSignal) =>
      this.#dockerode.createNetwork({ Name: name, Driver: "bridge", Labels: { ...labels }, abortSignal }),
    );
    signal?.throwIfAborted();
  }

  removeNetwork(name: string, signal?: AbortSignal): Promise<void> {
    return this.#calls.toleratingAbsence("remove the network", signal, (abortSignal) =>
      this.#dockerode.getNetwork(name).remove({ abortSignal }),
    );
  }

  /** Nothing to give back: the client's connections close by themselves when they are idle. */
  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
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

import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { EngineRequestError, refusalOf } from "../../errors/engine-request-error.ts";
import { parseJson } from "../../spec/parse-json.ts";
import type { Clock } from "../../time/clock.ts";
import type { BuilderRequest, CommitRequest, ImageEngine, ImageInspection, ListedImage } from "../image-engine.ts";
import { EngineCalls } from "./engine-calls.ts";
import type { EngineConnection, EngineRequest } from "./engine-connection.ts";
import type { ErrorOutput } from "./exec-output.ts";
import { standardOutput } from "./exec-output.ts";
import { filters } from "./filters.ts";

/**
 * The parts that we need of the engine's answer about an image.
 * Source: https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Image/operation/ImageInspect
 */
interface ImageAnswer {
  readonly Id: string;
  readonly RepoTags: readonly string[] | null;
  readonly RepoDigests: readonly string[] | null;
  readonly Os: string;
  readonly Architecture: string;
  readonly Variant?: string;
  readonly Created: string;
  readonly Config: Readonly<Record<string, unknown>> & { readonly Labels?: Labels };
}

/** Source: https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Image/operation/ImageList */
interface ImageEntry {
  readonly Id: string;
  readonly RepoTags: readonly string[] | null;
  /** In seconds since the epoch. */
  readonly Created: number;
  readonly Labels: Labels;
}

/** A layer, the newest first. Source: https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Image/operation/ImageHistory */
interface HistoryEntry {
  /** Of the image that ends with it; of layers that came from a registry, `<missing>`. */
  readonly Id: string;
  /** The names of that image. */
  readonly Tags: readonly string[] | null;
  readonly Size: number;
}

type Labels = Readonly<Record<string, string>> | null;

/** What the engine calls an image that has no name. */
const NAMELESS = "<none>:<none>";

/** What it calls the image that ends with a layer, where there is none. */
const MISSING = "<missing>";

/** Makes images with nothing but HTTP. */
export class EngineImages implements ImageEngine {
  readonly #connection: EngineConnection;
  readonly #calls: EngineCalls;

  /** @param connection - It owns it from now on. */
  constructor(connection: EngineConnection, clock: Clock) {
    this.#connection = connection;
    this.#calls = new EngineCalls(clock);
  }

  async inspectImage(image: string, signal?: AbortSignal): Promise<ImageInspection | undefined> {
    const path = `/images/${encodeURIComponent(image)}/json`;
    try {
      const answer = await this.#ask({ operation: `inspect the image ${image}`, method: "GET", path }, signal);
      const { Id, RepoTags, RepoDigests, Created, Config, ...place } = parseJson<ImageAnswer>(answer);
      return {
        id: Id,
        labels: { ...Config.Labels },
        tags: [...(RepoTags ?? [])],
        digests: [...(RepoDigests ?? [])],
        platform: [place.Os, place.Architecture, place.Variant].filter(Boolean).join("/"),
        createdAtMs: Date.parse(Created),
        config: Config,
      };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  async listImages(label: string, signal?: AbortSignal): Promise<readonly ListedImage[]> {
    const query = filters({ label: [label] });
    const answer = await this.#ask(
      { operation: `list images ${label}`, method: "GET", path: "/images/json", query },
      signal,
    );
    return parseJson<readonly ImageEntry[]>(answer).map(({ Id, RepoTags, Created, Labels }) => ({
      id: Id,
      labels: { ...Labels },
      tags: (RepoTags ?? []).filter((tag) => tag !== NAMELESS),
      createdAtMs: Created * 1000,
    }));
  }

  async addedBytes(image: string, signal?: AbortSignal): Promise<number> {
    const path = `/images/${encodeURIComponent(image)}/history`;
    try {
      const answer = await this.#ask({ operation: `read the history of ${image}`, method: "GET", path }, signal);
      const layers = parseJson<readonly HistoryEntry[]>(answer);
      const base = layers.findIndex(({ Id, Tags }, index) => index > 0 && (Id === MISSING || Tags !== null));
      const added = base === -1 ? layers : layers.slice(0, base);
      return added.reduce((sum, { Size }) => sum + Size, 0);
    } catch (error) {
      if (isMissing(error)) return 0;
      throw error;
    }
  }

  async tagImage(id: string, name: string, signal?: AbortSignal): Promise<void> {
    const [repo = "", tag = ""] = name.split(":");
    const path = `/images/${encodeURIComponent(id)}/tag`;
    await this.#ask({ operation: `name an image ${name}`, method: "POST", path, query: { repo, tag } }, signal);
  }

  async removeImage(image: string, signal?: AbortSignal): Promise<boolean> {
    const path = `/images/${encodeURIComponent(image)}`;
    try {
      await this.#ask({ operation: `remove the image ${image}`, method: "DELETE", path }, signal);
    } catch (error) {
      if (refusalOf(error) === "conflict") return false;
      if (!isMissing(error)) throw error;
    }
    return true;
  }

  async createBuilder({ name, image, user, command, labels }: BuilderRequest, signal?: AbortSignal): Promise<string> {
    signal?.throwIfAborted();
    const body = {
      Image: image,
      User: user,
      Entrypoint: command,
      Labels: labels,
      HostConfig: { NetworkMode: "none" },
    };
    const request = {
      operation: `create ${name}`,
      method: "POST",
      path: "/containers/create",
      query: { name },
      body,
    } as const;
    return parseJson<{ readonly Id: string }>(await this.#ask(request)).Id; // Not cut short: the outcome must be known.
  }

  async runBuilder(id: string, signal: AbortSignal): Promise<void> {
    const operation = `run the builder ${id.slice(0, 12)}`;
    await this.#ask({ operation, method: "POST", path: `/containers/${id}/start` }, signal);
    const answer = await this.#calls.openEnded(operation, signal, (abortSignal) =>
      this.#connection.ask({ operation, method: "POST", path: `/containers/${id}/wait` }, abortSignal),
    );
    const { StatusCode } = parseJson<{ readonly StatusCode: number }>(answer);
    if (StatusCode !== 0) throw endedWith(StatusCode, await this.#errorsOf(id, signal), operation);
  }

  async unpack(id: string, archive: Readable, signal: AbortSignal): Promise<void> {
    const operation = `unpack files into the builder ${id.slice(0, 12)}`;
    const path = `/containers/${id}/archive`;
    await this.#calls.openEnded(operation, signal, (abortSignal) =>
      this.#connection.ask({ operation, method: "PUT", path, query: { path: "/" }, archive }, abortSignal),
    );
  }

  async pipeFrom<T>(
    id: string,
    command: readonly string[],
    read: (output: Readable) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    const operation = `run a command in container ${id.slice(0, 12)}`;
    const body = { AttachStdout: true, AttachStderr: true, User: "0", Cmd: command };
    const made = await this.#ask({ operation, method: "POST", path: `/containers/${id}/exec`, body }, signal);
    const exec = `/exec/${parseJson<{ readonly Id: string }>(made).Id}`;
    const errors: ErrorOutput = { text: "" };
    const result = await this.#calls.openEnded(operation, signal, async (abortSignal) => {
      const start = { operation, method: "POST", path: `${exec}/start`, body: { Detach: false, Tty: false } } as const;
      const answer = await this.#connection.open(start, abortSignal);
      return read(Readable.from(standardOutput(answer, errors)));
    });
    const ended = await this.#ask({ operation, method: "GET", path: `${exec}/json` }, signal);
    const { ExitCode } = parseJson<{ readonly ExitCode: number }>(ended);
    if (ExitCode !== 0) throw endedWith(ExitCode, errors.text, operation);
    return result;
  }

  async commit({ containerId, config }: CommitRequest, signal: AbortSignal): Promise<string> {
    const operation = `make an image of the builder ${containerId.slice(0, 12)}`;
    const query = { container: containerId, pause: "false" };
    const answer = await this.#calls.openEnded(operation, signal, (abortSignal) =>
      this.#connection.ask({ operation, method: "POST", path: "/commit", query, body: config }, abortSignal),
    );
    return parseJson<{ readonly Id: string }>(answer).Id;
  }

  /** Closes its connections. A call that is under way fails. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#connection[Symbol.asyncDispose]();
  }

  async #errorsOf(id: string, signal: AbortSignal): Promise<string> {
    const operation = `read the logs of the builder ${id.slice(0, 12)}`;
    const request = { operation, method: "GET", path: `/containers/${id}/logs`, query: { stderr: "true" } } as const;
    const errors: ErrorOutput = { text: "" };
    return this.#calls.bounded(operation, signal, async (abortSignal) => {
      await buffer(standardOutput(await this.#connection.open(request, abortSignal), errors));
      return errors.text;
    });
  }

  #ask(request: EngineRequest, signal?: AbortSignal): Promise<string> {
    return this.#calls.bounded(request.operation, signal, (abortSignal) => this.#connection.ask(request, abortSignal));
  }
}

function endedWith(exitCode: number, errors: string, operation: string): EngineRequestError {
  const reason = `it ended with code ${exitCode}: ${errors.trim()}`;
  return new EngineRequestError({ operation, refusal: "other", reason });
}

function isMissing(error: unknown): boolean {
  const refusal = refusalOf(error);
  return refusal === "image-not-found" || refusal === "not-found";
}

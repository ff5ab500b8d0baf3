import { buffer } from "node:stream/consumers";
import { EngineRequestError, refusalOf } from "../../errors/engine-request-error.ts";
import { parseJson } from "../../spec/parse-json.ts";
import type { Clock } from "../../time/clock.ts";
import type { ContainerInspection, ContainerStats, ExecOptions, ExecResult, FileStat } from "../container-backend.ts";
import type { ContainerUpdate, EngineCaretaker, LabelledObject, WatchListeners } from "../engine-caretaker.ts";
import type { EngineFeatures } from "../engine-features.ts";
import { tellEvents } from "./container-events.ts";
import { EngineCalls } from "./engine-calls.ts";
import type { EngineConnection, EngineRequest } from "./engine-connection.ts";
import { isDone, tolerating } from "./engine-errors.ts";
import { runInContainer } from "./exec.ts";
import { toFileStat } from "./file-stat.ts";
import type { InfoAnswer } from "./features.ts";
import { toFeatures } from "./features.ts";
import { filters } from "./filters.ts";
import { splitFrames, textOf } from "./frames.ts";
import type { ContainerAnswer } from "./inspection.ts";
import { toInspection } from "./inspection.ts";
import { jsonLines } from "./json-lines.ts";
import { labelledObjects } from "./labelled-objects.ts";
import type { StatsAnswer } from "./stats.ts";
import { toStats } from "./stats.ts";

/** What the engine lists as a network, although there is nothing that a container could be taken off. */
const NO_NETWORKS: ReadonlySet<string> = new Set(["host", "none"]);

/** Looks after containers with nothing but HTTP: small enough for a process that does little else. */
export class EngineClient implements EngineCaretaker {
  readonly #connection: EngineConnection;
  readonly #calls: EngineCalls;

  /** @param connection - The client owns it from now on. */
  constructor(connection: EngineConnection, clock: Clock) {
    this.#connection = connection;
    this.#calls = new EngineCalls(clock);
  }

  async ping(signal?: AbortSignal): Promise<void> {
    await this.#ask({ operation: "answer a ping", method: "GET", path: "/_ping" }, signal);
  }

  async features(signal?: AbortSignal): Promise<EngineFeatures> {
    const request = { operation: "tell about itself", method: "GET", path: "/info" } as const;
    return toFeatures(parseJson<InfoAnswer>(await this.#ask(request, signal)));
  }

  list(label: string, signal?: AbortSignal): Promise<readonly LabelledObject[]> {
    return this.#calls.bounded(`list ${label}`, signal, (abortSignal) =>
      labelledObjects(this.#connection, label, abortSignal),
    );
  }

  async inspect(id: string, signal?: AbortSignal): Promise<ContainerInspection> {
    const operation = `inspect container ${short(id)}`;
    return toInspection(parseJson<ContainerAnswer>(await this.#ask(about(id, "GET", "/json", operation), signal)));
  }

  stop(id: string, graceMs: number, signal?: AbortSignal): Promise<boolean> {
    const query = { t: String(Math.ceil(graceMs / 1000)) }; // The Engine API counts in whole seconds.
    const request = { ...about(id, "POST", "/stop", `stop container ${short(id)}`), query };
    // The engine resumes a paused container by itself once it has sent the signal.
    return isDone(this.#ask(request, signal, graceMs), "not-found", "already-done");
  }

  async restart(id: string, graceMs: number, signal?: AbortSignal): Promise<void> {
    const query = { t: String(Math.ceil(graceMs / 1000)) };
    await this.#ask({ ...about(id, "POST", "/restart", `restart container ${short(id)}`), query }, signal, graceMs);
  }

  async kill(id: string, signal?: AbortSignal): Promise<void> {
    // The engine calls a process that has ended a conflict.
    await tolerating(this.#ask(about(id, "POST", "/kill", `kill container ${short(id)}`), signal), "conflict");
  }

  async update(id: string, { cpuCores }: ContainerUpdate, signal?: AbortSignal): Promise<void> {
    const body = { NanoCpus: Math.round(cpuCores * 1e9) };
    await this.#ask({ ...about(id, "POST", "/update", `change the limits of container ${short(id)}`), body }, signal);
  }

  async rename(id: string, name: string, signal?: AbortSignal): Promise<void> {
    const request = about(id, "POST", "/rename", `rename container ${short(id)} to ${name}`);
    await this.#ask({ ...request, query: { name } }, signal);
  }

  async disconnect(id: string, signal?: AbortSignal): Promise<void> {
    const operation = `take container ${short(id)} off its networks`;
    const answer = parseJson<ContainerAnswer>(await this.#ask(about(id, "GET", "/json", operation), signal));
    const networks = Object.keys(answer.NetworkSettings.Networks).filter((network) => !NO_NETWORKS.has(network));
    for (const network of networks) {
      const path = `/networks/${encodeURIComponent(network)}/disconnect`;
      const body = { Container: id, Force: true };
      await tolerating(this.#ask({ operation, method: "POST", path, body }, signal), "not-found");
    }
  }

  exec(id: string, command: readonly string[], options: ExecOptions = {}, signal?: AbortSignal): Promise<ExecResult> {
    return this.#calls.openEnded(`run ${command.join(" ")}`, signal, (abortSignal) =>
      runInContainer(this.#connection, { ...options, id, command }, abortSignal),
    );
  }

  logs(id: string, tailLines: number, signal?: AbortSignal): Promise<string> {
    const query = { stdout: "true", stderr: "true", tail: String(tailLines) };
    const request = { ...about(id, "GET", "/logs", "read its logs"), query };
    return this.#calls.bounded(request.operation, signal, async (abortSignal) =>
      textOf(splitFrames(await buffer(await this.#connection.open(request, abortSignal)))),
    );
  }

  async statFile(id: string, path: string, signal?: AbortSignal): Promise<FileStat | undefined> {
    const request = { ...about(id, "HEAD", "/archive", `look at ${path}`), query: { path } };
    try {
      return await this.#calls.bounded(request.operation, signal, async (abortSignal) => {
        const { headers } = await this.#connection.openToEnd(request, abortSignal);
        return toFileStat(String(headers["x-docker-container-path-stat"]));
      });
    } catch (error) {
      if (refusalOf(error) === "not-found") return undefined;
      throw error;
    }
  }

  readFile(id: string, path: string, signal?: AbortSignal): Promise<Buffer> {
    const request = { ...about(id, "GET", "/archive", `read ${path}`), query: { path } };
    return this.#calls.bounded(request.operation, signal, async (abortSignal) => {
      const { unpackFirstFile } = await import("./unpack-file.ts"); // Only few read any.
      return unpackFirstFile(await this.#connection.open(request, abortSignal));
    });
  }

  async stats(id: string, signal?: AbortSignal): Promise<ContainerStats> {
    const request = about(id, "GET", "/stats", `measure container ${short(id)}`);
    const query = { stream: "false", "one-shot": "true" };
    return toStats(parseJson<StatsAnswer>(await this.#ask({ ...request, query }, signal)));
  }

  async streamStats(id: string, onStats: (stats: ContainerStats) => void, signal?: AbortSignal): Promise<void> {
    const request = { ...about(id, "GET", "/stats", `measure container ${short(id)}`), query: { stream: "true" } };
    const { operation } = request;
    const stream = await this.#calls.bounded(operation, signal, (abortSignal) =>
      this.#connection.open(request, abortSignal),
    );
    stream.socket.unref(); // Measuring is no reason for a process to go on.
    try {
      await this.#calls.openEnded(operation, signal, async () => {
        for await (const answer of jsonLines<StatsAnswer>(stream)) onStats(toStats(answer));
      });
    } finally {
      stream.destroy();
    }
  }

  async layerBytes(id: string, signal?: AbortSignal): Promise<number | undefined> {
    const request = {
      ...about(id, "GET", "/json", `measure the layer of container ${short(id)}`),
      query: { size: "true" },
    };
    return parseJson<{ readonly SizeRw?: number }>(await this.#ask(request, signal)).SizeRw;
  }

  pause(id: string, signal?: AbortSignal): Promise<void> {
    return tolerating(this.#ask(about(id, "POST", "/pause", `pause container ${short(id)}`), signal), "already-done");
  }

  unpause(id: string, signal?: AbortSignal): Promise<void> {
    const request = about(id, "POST", "/unpause", `resume container ${short(id)}`);
    return tolerating(this.#ask(request, signal), "already-done");
  }

  async remove(idOrName: string, signal?: AbortSignal): Promise<void> {
    const request = about(idOrName, "DELETE", "", `remove container ${short(idOrName)}`);
    try {
      const query = { force: "true", v: "true" };
      await tolerating(this.#ask({ ...request, query }, signal), "not-found");
    } catch (error) {
      const isBeingRemoved = refusalOf(error) === "conflict";
      if (!isBeingRemoved) throw error;
      const removal = about(idOrName, "POST", "/wait", "wait for its removal");
      await tolerating(this.#ask({ ...removal, query: { condition: "removed" } }, signal), "not-found");
    }
  }

  async createNetwork(name: string, labels: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    await this.#ask({
      operation: "create the network",
      method: "POST",
      path: "/networks/create",
      body: { Name: name, Driver: "bridge", Labels: labels },
    });
    signal?.throwIfAborted();
  }

  removeNetwork(idOrName: string, signal?: AbortSignal): Promise<void> {
    const path = `/networks/${encodeURIComponent(idOrName)}`;
    return tolerating(this.#ask({ operation: "remove the network", method: "DELETE", path }, signal), "not-found");
  }

  async createVolume(name: string, labels: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<void> {
    const body = { Name: name, Labels: labels };
    await this.#ask({ operation: "create the volume", method: "POST", path: "/volumes/create", body }, signal);
  }

  removeVolume(name: string, signal?: AbortSignal): Promise<void> {
    const path = `/volumes/${encodeURIComponent(name)}`;
    return tolerating(this.#ask({ operation: "remove the volume", method: "DELETE", path }, signal), "not-found");
  }

  async watch(label: string, { onOpen, onEvent }: WatchListeners, signal?: AbortSignal): Promise<never> {
    const operation = `tell of events of ${label}`;
    const query = filters({ type: ["container"], label: [label] });
    const stream = await this.#calls.bounded(operation, signal, (abortSignal) =>
      this.#connection.open({ operation, method: "GET", path: "/events", query }, abortSignal),
    );
    stream.socket.unref(); // Watching is no reason for a process to go on.
    try {
      await this.ping(signal); // It answers a moment before it subscribes. By the next answer it has.
      onOpen?.();
      await this.#calls.openEnded(operation, signal, () => tellEvents(stream, onEvent));
    } finally {
      stream.destroy();
    }
    throw new EngineRequestError({ operation, refusal: "unanswered", reason: "the stream ended" });
  }

  /** Closes its connections. A call that is under way fails. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#connection[Symbol.asyncDispose]();
  }

  #ask(request: EngineRequest, signal?: AbortSignal, extraMs?: number): Promise<string> {
    const { operation } = request;
    return this.#calls.bounded(operation, signal, (abortSignal) => this.#connection.ask(request, abortSignal), extraMs);
  }
}

function about(idOrName: string, method: EngineRequest["method"], what: string, operation: string): EngineRequest {
  return { operation, method, path: `/containers/${encodeURIComponent(idOrName)}${what}` };
}

function short(idOrName: string): string {
  return idOrName.slice(0, 12);
}

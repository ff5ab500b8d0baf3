import { EngineRequestError, refusalOf } from "../../errors/engine-request-error.ts";
import { parseJson } from "../../spec/parse-json.ts";
import type { Clock } from "../../time/clock.ts";
import type { ContainerInspection } from "../container-backend.ts";
import type { EngineCaretaker, LabelledObject, WatchListeners } from "../engine-caretaker.ts";
import { tellEvents } from "./container-events.ts";
import { EngineCalls } from "./engine-calls.ts";
import type { EngineConnection, EngineRequest } from "./engine-connection.ts";
import { tolerating } from "./engine-errors.ts";
import { filters } from "./filters.ts";
import type { ContainerAnswer } from "./inspection.ts";
import { toInspection } from "./inspection.ts";
import { labelledObjects } from "./labelled-objects.ts";

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

  list(label: string, signal?: AbortSignal): Promise<readonly LabelledObject[]> {
    return this.#calls.bounded(`list ${label}`, signal, (abortSignal) =>
      labelledObjects(this.#connection, label, abortSignal),
    );
  }

  async inspect(id: string, signal?: AbortSignal): Promise<ContainerInspection> {
    const operation = `inspect container ${short(id)}`;
    return toInspection(parseJson<ContainerAnswer>(await this.#ask(about(id, "GET", "/json", operation), signal)));
  }

  stop(id: string, graceMs: number, signal?: AbortSignal): Promise<void> {
    const query = { t: String(Math.ceil(graceMs / 1000)) }; // The Engine API counts in whole seconds.
    const request = { ...about(id, "POST", "/stop", `stop container ${short(id)}`), query };
    // The engine resumes a paused container by itself once it has sent the signal.
    return tolerating(this.#ask(request, signal, graceMs), "not-found", "already-done");
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

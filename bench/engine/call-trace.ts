import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { ClientRequest } from "node:http";

const REQUEST = "http.client.request.start";
const RESPONSE = "http.client.response.finish";
const SOCKET = "net.client.socket";

/** A call that was answered. */
export interface TracedCall {
  /** Its method and the last part of its path, such as `POST start`. */
  readonly name: string;
  /** From the request until its answer, in milliseconds. */
  readonly durationMs: number;
}

/**
 * Sees every HTTP request that leaves this process and every connection that it opens, whoever makes them: Node itself
 * announces them. Dispose it to stop.
 */
export class CallTrace implements Disposable {
  /** The calls that were answered, in the order of their answers. */
  readonly answered: TracedCall[] = [];
  /** How many requests were made. */
  requests = 0;
  /** How many connections were opened. */
  connections = 0;

  readonly #startedAtMs = new WeakMap<ClientRequest, number>();

  constructor() {
    subscribe(REQUEST, this.#onRequest);
    subscribe(RESPONSE, this.#onResponse);
    subscribe(SOCKET, this.#onSocket);
  }

  [Symbol.dispose](): void {
    unsubscribe(REQUEST, this.#onRequest);
    unsubscribe(RESPONSE, this.#onResponse);
    unsubscribe(SOCKET, this.#onSocket);
  }

  readonly #onRequest = (message: unknown): void => {
    this.requests += 1;
    this.#startedAtMs.set(requestOf(message), performance.now());
  };

  readonly #onResponse = (message: unknown): void => {
    const request = requestOf(message);
    const startedAtMs = this.#startedAtMs.get(request);
    if (startedAtMs === undefined) return;
    this.answered.push({ name: nameOf(request), durationMs: performance.now() - startedAtMs });
  };

  readonly #onSocket = (): void => {
    this.connections += 1;
  };
}

/** What the channels hand over. Source: https://nodejs.org/api/diagnostics_channel.html#http */
function requestOf(message: unknown): ClientRequest {
  return (message as { request: ClientRequest }).request;
}

function nameOf({ method, path }: ClientRequest): string {
  return `${method} ${path.replace(/\?.*/, "").split("/").at(-1) ?? ""}`;
}

import type { Agent, ClientRequest, IncomingMessage } from "node:http";
import type { AgentOptions, RequestOptions } from "node:https";
import type { Readable } from "node:stream";
import { EngineRequestError } from "../../errors/engine-request-error.ts";
import { parseJson } from "../../spec/parse-json.ts";
import { classify } from "./engine-errors.ts";
import type { SocketAddress } from "./socket-address.ts";

/** How long a connection is kept for the next call, in milliseconds. */
const IDLE_MS = 5_000;

/** What this side shows of itself to an engine that wants TLS, and whom it trusts. */
export type EngineCredentials = Pick<AgentOptions, "ca" | "cert" | "key">;

/** Where an engine is. */
export interface EngineConnectionOptions {
  /** Where connections to it are opened. */
  readonly address: SocketAddress;
  /** Reads the credentials before the first call. The connection is not encrypted when absent. */
  readonly credentials?: (() => Promise<EngineCredentials>) | undefined;
}

/** One request to the engine. */
export interface EngineRequest {
  /** What it is for, as it is put into an error: `pause the container`. */
  readonly operation: string;
  /** The HTTP method. */
  readonly method: "HEAD" | "GET" | "POST" | "PUT" | "DELETE";
  /** The path without a version, so that the engine's own one is spoken. */
  readonly path: string;
  /** Parameters for the URL. */
  readonly query?: Readonly<Record<string, string>>;
  /** What is sent along, as JSON. */
  readonly body?: object;
  /** What is sent along in place of `body`: a tar archive. */
  readonly archive?: Readable;
}

interface Transport {
  readonly agent: Agent;
  readonly open: (options: RequestOptions) => ClientRequest;
}

/**
 * HTTP to an engine. Opens nothing before the first request; keeps idle connections for a few seconds, which does not keep the
 * process alive. Disposing closes them all, and with them whatever is under way.
 */
export class EngineConnection implements AsyncDisposable {
  readonly #options: EngineConnectionOptions;
  #transport: Promise<Transport> | undefined;

  constructor(options: EngineConnectionOptions) {
    this.#options = options;
  }

  /**
   * The engine's answer as soon as it begins. The caller reads it to its end, or destroys it.
   *
   * @throws EngineRequestError when the engine refuses; what the socket says when it breaks.
   */
  async open(request: EngineRequest, signal: AbortSignal): Promise<IncomingMessage> {
    const answer = await send(await this.#prepared(), this.#options.address, request, signal);
    const { statusCode = 0 } = answer;
    if (statusCode < 300) return answer;
    const { operation } = request;
    const reason = reasonIn(await textOf(answer)) || (answer.statusMessage ?? "");
    throw new EngineRequestError({ operation, refusal: classify(reason, statusCode), reason, statusCode });
  }

  /** The engine's answer once it has ended, for its headers. Throws as `open` does. */
  async openToEnd(request: EngineRequest, signal: AbortSignal): Promise<IncomingMessage> {
    const answer = await this.open(request, signal);
    answer.resume();
    return answer;
  }

  /** The engine's answer, whole. Throws as `open` does. */
  async ask(request: EngineRequest, signal: AbortSignal): Promise<string> {
    return textOf(await this.open(request, signal));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const transport = await this.#transport?.catch(() => undefined);
    transport?.agent.destroy();
  }

  #prepared(): Promise<Transport> {
    this.#transport ??= prepare(this.#options).catch((error: unknown) => {
      this.#transport = undefined;
      throw error;
    });
    return this.#transport;
  }
}

async function prepare({ credentials }: EngineConnectionOptions): Promise<Transport> {
  const idle: AgentOptions = { keepAlive: true, timeout: IDLE_MS };
  // Not imported: to list the exports of node:http, `import` would load all of undici, for 20 ms in every process.
  if (credentials === undefined) {
    const http = process.getBuiltinModule("node:http");
    return { agent: new http.Agent(idle), open: http.request };
  }
  const https = process.getBuiltinModule("node:https");
  return { agent: new https.Agent({ ...idle, ...(await credentials()) }), open: https.request };
}

function send(
  { agent, open }: Transport,
  address: SocketAddress,
  { method, path, query, body, archive }: EngineRequest,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = open({
    agent,
    method,
    path: query === undefined ? path : `${path}?${new URLSearchParams(query).toString()}`,
    ...("path" in address ? { socketPath: address.path } : address),
    ...(body === undefined ? {} : { headers: { "Content-Type": "application/json" } }),
    ...(archive === undefined ? {} : { headers: { "Content-Type": "application/x-tar" } }),
    signal,
  });
  request.once("response", resolve);
  request.on("error", reject);
  if (archive !== undefined) {
    archive.once("error", (error) => request.destroy(error));
    archive.pipe(request);
  } else request.end(body === undefined ? undefined : JSON.stringify(body));
  return promise;
}

async function textOf(answer: IncomingMessage): Promise<string> {
  let text = "";
  answer.setEncoding("utf8");
  for await (const chunk of answer) text += String(chunk);
  return text;
}

/** The sentence in an engine's refusal. What stands between us and it may answer with anything. */
function reasonIn(text: string): string {
  try {
    return parseJson<{ readonly message?: string }>(text).message ?? text;
  } catch {
    return text.trim();
  }
}

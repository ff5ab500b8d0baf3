import { mkdtemp, rm } from "node:fs/promises";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer, request } from "node:http";
import type { Socket } from "node:net";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { text } from "node:stream/consumers";
import { socketPath as engineSocket } from "./engine.ts";

/** One call to the engine, without version, ids and query: `POST /containers/ID/start`. */
export interface EngineCall {
  readonly name: string;
  /** Path and query as they were sent. */
  readonly url: string;
}

/** What to do with a call in place of passing it on. `hang`: never answer. `reset`: break the connection. */
export type Fault =
  | "hang"
  | "reset"
  | { readonly status: number; readonly message: string }
  /** Pass it on, but only then. */
  | { readonly after: Promise<unknown> }
  /** Take all of it, and pass it on only then, whether its caller is still there or not. `drop` never passes it on. */
  | { readonly held: (body: string) => Promise<"pass" | "drop"> };

/**
 * Stands between a test and the engine, on a socket of its own: records every call, can tell when one begins and ends, and
 * can let one go wrong. Set `DOCKER_HOST` to its `endpoint` before the process connects for the first time.
 */
export class EngineProxy implements AsyncDisposable {
  /** What `DOCKER_HOST` must be. */
  readonly endpoint: string;
  /** Every call so far, in the order in which they began. */
  readonly calls: EngineCall[] = [];
  /** Decides what becomes of a call. */
  fault: (call: EngineCall) => Fault | undefined = () => undefined;
  /** The name of a call that is passed on and whose answer is then lost. */
  loseAnswerTo: string | undefined;
  /** Told of each call before it is passed on. */
  onBegin: (call: EngineCall) => void = () => undefined;
  /** Told of each call once the engine has answered it and before the caller learns that. */
  onEnd: (call: EngineCall) => void = () => undefined;

  readonly #directory: string;
  readonly #server: Server;
  readonly #sockets = new Set<Duplex>();

  private constructor(directory: string) {
    this.#directory = directory;
    this.endpoint = `unix://${join(directory, "engine.sock")}`;
    this.#server = createServer((incoming, outgoing) => void this.#answer(incoming, outgoing));
    this.#server.on("upgrade", (incoming, socket, head) => {
      this.#upgrade(incoming, socket, head);
    });
    this.#server.on("connection", (socket) => {
      this.#track(socket);
    });
  }

  static async start(): Promise<EngineProxy> {
    const proxy = new EngineProxy(await mkdtemp(join(tmpdir(), "cleanroom-proxy-")));
    await new Promise<void>((resolve) => {
      proxy.#server.listen(proxy.endpoint.replace("unix://", ""), resolve);
    });
    return proxy;
  }

  /** How many calls of this name there were. */
  count(name: string): number {
    return this.calls.filter((call) => call.name === name).length;
  }

  /** Forgets the calls so far and lets everything through again. */
  reset(): void {
    this.calls.length = 0;
    this.fault = () => undefined;
    this.loseAnswerTo = undefined;
    this.onBegin = () => undefined;
    this.onEnd = () => undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await rm(this.#directory, { recursive: true, force: true });
  }

  async #answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const call = this.#begin(incoming);
    const fault = this.fault(call);
    if (fault === "hang") return;
    if (fault === "reset") return void incoming.socket.destroy();
    if (fault !== undefined && "status" in fault) {
      incoming.resume();
      outgoing.writeHead(fault.status, { "Content-Type": "application/json" });
      outgoing.end(JSON.stringify({ message: fault.message }));
      this.onEnd(call);
      return;
    }
    if (fault !== undefined && "held" in fault) {
      const body = await text(incoming);
      if ((await fault.held(body)) === "pass") this.#forward(incoming, outgoing, call, body);
      else outgoing.destroy();
      return;
    }
    await fault?.after;
    this.#forward(incoming, outgoing, call);
  }

  #forward(incoming: IncomingMessage, outgoing: ServerResponse, call: EngineCall, heldBody?: string): void {
    const { method, url, headers } = incoming;
    const forwarded = request({ socketPath: engineSocket, method, path: url, headers, agent: false });
    forwarded.once("response", (answer) => {
      // Only now has an engine that answers in pieces done what it was asked: a pull, for instance.
      answer.once("end", () => {
        this.onEnd(call);
      });
      if (call.name === this.loseAnswerTo) {
        answer.resume();
        outgoing.destroy();
        return;
      }
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      outgoing.flushHeaders();
      answer.pipe(outgoing);
    });
    forwarded.once("error", () => outgoing.destroy());
    outgoing.once("close", () => {
      if (call.name !== this.loseAnswerTo && heldBody === undefined) forwarded.destroy();
    });
    if (heldBody === undefined) incoming.pipe(forwarded);
    else forwarded.end(heldBody);
  }

  /** A call that turns its connection into a stream, as running a command does. */
  #upgrade(incoming: IncomingMessage, socket: Duplex, head: Buffer): void {
    const call = this.#begin(incoming);
    if (this.fault(call) === "hang") return;
    const engine: Socket = connect(engineSocket);
    this.#track(engine);
    const fields = Object.entries(incoming.headersDistinct).flatMap(([name, values = []]) =>
      values.map((value) => `${name}: ${value}\r\n`),
    );
    engine.write(`${incoming.method ?? ""} ${incoming.url ?? ""} HTTP/1.1\r\n${fields.join("")}\r\n`);
    engine.write(head);
    engine.pipe(socket).pipe(engine);
    engine.on("error", () => socket.destroy());
    engine.once("close", () => {
      this.onEnd(call);
    });
    socket.on("error", () => engine.destroy());
  }

  #begin({ method = "", url = "" }: IncomingMessage): EngineCall {
    const path = url.replace(/\?.*$/, "").replace(/^\/v[\d.]+/, "");
    const call = { name: `${method} ${path.replace(/^\/(containers|exec)\/(?!create|json)[^/]+/, "/$1/ID")}`, url };
    this.calls.push(call);
    this.onBegin(call);
    return call;
  }

  #track(socket: Duplex): void {
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    socket.on("error", () => undefined);
  }
}

import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";
import { request } from "node:http";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";

/**
 * The judge of what Cleanroom claims: the engine's own API, asked without Cleanroom or any client library. The address is
 * read once, so a test that puts a proxy in front of the engine still asks the engine itself.
 */
export const socketPath: string = (process.env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock").replace("unix://", "");

/** What the engine answered. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** The answer to a call that must succeed. */
export async function ask<T>(method: string, path: string, body?: object): Promise<T> {
  const answer = await send(method, path, body);
  if (answer.status >= 400) throw new Error(`${method} ${path} was answered ${answer.status}: ${answer.body}`);
  return (answer.body === "" ? undefined : JSON.parse(answer.body)) as T;
}

/** The answer to a call, whatever it is. A body that is a buffer is a tar archive, any other one is sent as JSON. */
export async function send(
  method: string,
  path: string,
  body?: object,
  extraHeaders: OutgoingHttpHeaders = {},
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const isArchive = Buffer.isBuffer(body);
  const type = isArchive ? "application/x-tar" : "application/json";
  const headers = body === undefined ? extraHeaders : { "Content-Type": type, ...extraHeaders };
  const call = request({ socketPath, method, path, headers, agent: false });
  call.once("error", reject);
  call.once("response", (response) => {
    text(response).then((answer) => {
      resolve({ status: response.statusCode ?? 0, body: answer });
    }, reject);
  });
  if (body === undefined) call.end();
  else call.end(isArchive ? body : JSON.stringify(body));
  return promise;
}

/** Tells of each line until the connection ends, however it does. */
export function eachLine(response: IncomingMessage, onLine: (line: string) => void): void {
  response.on("error", () => undefined);
  createInterface({ input: response })
    .on("line", onLine)
    .on("error", () => undefined);
}

/** Filters as they stand in a query. */
export function filters(fields: Readonly<Record<string, readonly string[]>>): string {
  return encodeURIComponent(JSON.stringify(fields));
}

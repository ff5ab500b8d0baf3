import type { IncomingMessage } from "node:http";
import { messageOf } from "../errors/describe.ts";
import { ProbeError } from "../errors/probe-error.ts";
import { inTheBody } from "./in-the-body.ts";
import type { HttpProbe, ProbeTarget } from "./probe.ts";

/** What an HTTP probe reaches of a container. */
export type HttpTarget = Pick<ProbeTarget, "host" | "hostPort">;

/** One attempt of an HTTP probe, on a connection of its own. */
export async function checkHttp(probe: HttpProbe, target: HttpTarget, signal: AbortSignal): Promise<void> {
  const response = await send(probe, target, signal);
  try {
    await assertStatus(probe, response);
    if (probe.bodyIncludes !== undefined) await assertBody(probe.bodyIncludes, response);
  } finally {
    response.destroy();
  }
}

function send(probe: HttpProbe, target: HttpTarget, signal: AbortSignal): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  // Not imported: to list the exports of node:http, `import` would load all of undici, for 20 ms in every process.
  const { request: open } = process.getBuiltinModule(probe.tls === true ? "node:https" : "node:http");
  const request = open({
    host: target.host,
    port: target.hostPort(probe.port),
    path: probe.path ?? "/",
    method: probe.method ?? "GET",
    headers: { ...probe.headers },
    rejectUnauthorized: probe.allowInvalidCertificate !== true,
    agent: false,
    signal,
  });
  request.once("response", resolve);
  request.once("error", (error) => {
    reject(signal.aborted ? error : new ProbeError(messageOf(error), error));
  });
  request.end();
  return promise;
}

async function assertStatus({ status }: HttpProbe, response: IncomingMessage): Promise<void> {
  const seen = response.statusCode ?? 0;
  const isHealthy = status === undefined ? seen >= 200 && seen < 400 : [status].flat().includes(seen);
  if (!isHealthy) throw new ProbeError(`status ${seen}${await inTheBody(response)}`);
}

/** Reads as far as the text, so that a body without an end is no obstacle. */
async function assertBody(expected: string, response: IncomingMessage): Promise<void> {
  let body = "";
  response.setEncoding("utf8");
  for await (const chunk of response) {
    body += String(chunk);
    if (body.includes(expected)) return;
  }
  throw new ProbeError(`body ${JSON.stringify(body.slice(0, 200))}`);
}

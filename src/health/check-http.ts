import type { IncomingMessage } from "node:http";
import { isIPv6 } from "node:net";
import { messageOf } from "../errors/describe.ts";
import { ProbeError } from "../errors/probe-error.ts";
import { inTheBody } from "./in-the-body.ts";
import { matchesPattern } from "./matches-pattern.ts";
import type { HttpProbe, ProbeTarget } from "./probe.ts";
import type { Question } from "./redirects.ts";
import { isRedirect, redirected } from "./redirects.ts";

/** What an HTTP probe reaches of a container. */
export type HttpTarget = Pick<ProbeTarget, "host" | "hostPort">;

const MAX_REDIRECTS = 10;

/** How much of a body is looked at, in characters. */
const MAX_BODY_LENGTH = 1_048_576;

/** One attempt of an HTTP probe, each request on a connection of its own. */
export async function checkHttp(probe: HttpProbe, target: HttpTarget, signal: AbortSignal): Promise<void> {
  const response = await finalResponse(probe, target, signal);
  try {
    await assertStatus(probe, response);
    assertHeaders(probe, response);
    await assertBody(probe, response);
  } finally {
    response.destroy();
  }
}

/** The response that decides: where redirects are followed, that of the place which they lead to. */
async function finalResponse(probe: HttpProbe, target: HttpTarget, signal: AbortSignal): Promise<IncomingMessage> {
  const { method = "GET", path = "/", redirect = "accept" } = probe;
  let question: Question = { method, path };
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const response = await send(probe, question, target, signal);
    if (redirect === "accept" || !isRedirect(response)) return response;
    response.destroy();
    const { statusCode, headers } = response;
    if (redirect === "reject") throw new ProbeError(`status ${statusCode}, a redirect to ${headers.location}`);
    question = redirected(question, response, originOf(probe, target));
  }
  throw new ProbeError(`more than ${MAX_REDIRECTS} redirects`);
}

function originOf({ tls, port }: HttpProbe, { host, hostPort }: HttpTarget): string {
  return `${tls === true ? "https" : "http"}://${isIPv6(host) ? `[${host}]` : host}:${hostPort(port)}`;
}

function send(probe: HttpProbe, question: Question, target: HttpTarget, signal: AbortSignal): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  // Not imported: to list the exports of node:http, `import` would load all of undici, for 20 ms in every process.
  const { request: open } = process.getBuiltinModule(probe.tls === true ? "node:https" : "node:http");
  const request = open({
    host: target.host,
    port: target.hostPort(probe.port),
    path: question.path,
    method: question.method,
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
  if (!acceptsStatus(status, seen)) throw new ProbeError(`status ${seen}${await inTheBody(response)}`);
}

function acceptsStatus(status: HttpProbe["status"], seen: number): boolean {
  if (status === undefined) return seen >= 200 && seen < 400;
  return typeof status === "function" ? status(seen) : [status].flat().includes(seen);
}

function assertHeaders({ headersInclude = {} }: HttpProbe, { headers }: IncomingMessage): void {
  for (const [name, expected] of Object.entries(headersInclude)) {
    const seen = [headers[name.toLowerCase()] ?? []].flat().join(", ");
    if (!seen.includes(expected)) throw new ProbeError(`header ${name} ${JSON.stringify(seen)}`);
  }
}

/** Reads no further than it needs to, so that a body without an end is no obstacle to finding a text in it. */
async function assertBody({ bodyIncludes, bodyMatches }: HttpProbe, response: IncomingMessage): Promise<void> {
  if (bodyIncludes === undefined && bodyMatches === undefined) return;
  let body = "";
  response.setEncoding("utf8");
  for await (const chunk of response) {
    body += String(chunk);
    if (bodyMatches === undefined && includes(body, bodyIncludes)) return;
    if (body.length > MAX_BODY_LENGTH) throw new ProbeError("a body of more than a MiB");
  }
  const matches = bodyMatches === undefined || matchesPattern(body, bodyMatches);
  if (!matches || !includes(body, bodyIncludes)) throw new ProbeError(`body ${JSON.stringify(body.slice(0, 200))}`);
}

function includes(body: string, text: string | undefined): boolean {
  return text === undefined || body.includes(text);
}

import type { IncomingMessage } from "node:http";
import { ProbeError } from "../errors/probe-error.ts";

/** What a request asks for. */
export interface Question {
  /** Request method. */
  readonly method: string;
  /** Path and query. */
  readonly path: string;
}

const REDIRECTS: readonly unknown[] = [301, 302, 303, 307, 308];

/** Whether a response sends its client on to another place. */
export function isRedirect({ statusCode, headers }: IncomingMessage): boolean {
  return REDIRECTS.includes(statusCode) && headers.location !== undefined;
}

/**
 * What a client asks for next that was redirected. Nothing but the place that the response came from, such as
 * `http://127.0.0.1:8080`, belongs to the container.
 *
 * @throws ProbeError when it leads away from there.
 */
export function redirected(
  { method, path }: Question,
  { statusCode, headers }: IncomingMessage,
  origin: string,
): Question {
  const location = headers.location ?? "";
  const url = URL.parse(location, `${origin}${path}`);
  if (url?.origin !== new URL(origin).origin) {
    throw new ProbeError(`status ${statusCode}, a redirect to ${location}, which is not on this port`);
  }
  const isSeeOther = statusCode === 303 && method !== "HEAD";
  const isOldPost = (statusCode === 301 || statusCode === 302) && method === "POST"; // As browsers do.
  return { method: isSeeOther || isOldPost ? "GET" : method, path: `${url.pathname}${url.search}` };
}

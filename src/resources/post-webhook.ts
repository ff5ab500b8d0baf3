import type { IncomingMessage } from "node:http";
import { messageOf } from "../errors/describe.ts";
import { TimeoutError } from "../errors/timeout-error.ts";
import type { Clock } from "../time/clock.ts";
import { Deadline } from "../time/deadline.ts";

/** How long whoever is told may take to answer, in milliseconds. */
const TIMEOUT_MS = 5_000;

/**
 * Posts something to a web hook as JSON, once: an answer that does not come in time, or says no, is not asked for again.
 *
 * @returns What went wrong, in words; nothing when the answer's status is 200 to 299.
 */
export async function postToWebhook(url: string, payload: object, clock: Clock): Promise<string | undefined> {
  const operation = `post to ${new URL(url).host}`; // The rest of an address may be a secret.
  const onExpire = (elapsedMs: number): Error => new TimeoutError({ operation, timeoutMs: TIMEOUT_MS, elapsedMs });
  using deadline = new Deadline({ clock, timeoutMs: TIMEOUT_MS, onExpire });
  try {
    const response = await post(new URL(url), JSON.stringify(payload), deadline.signal);
    response.destroy();
    const { statusCode = 0 } = response;
    return statusCode >= 200 && statusCode < 300 ? undefined : `could not ${operation}: status ${statusCode}`;
  } catch (error) {
    if (deadline.signal.aborted) return messageOf(deadline.signal.reason);
    return `could not ${operation}: ${messageOf(error)}`;
  }
}

function post(url: URL, body: string, signal: AbortSignal): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  // Not imported: to list the exports of node:http, `import` would load all of undici, for 20 ms in every process.
  const { request: open } = process.getBuiltinModule(url.protocol === "https:" ? "node:https" : "node:http");
  const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
  const request = open(url, { method: "POST", headers, agent: false, signal });
  request.once("response", resolve);
  request.once("error", reject);
  request.end(body);
  return promise;
}

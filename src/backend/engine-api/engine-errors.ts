import { messageOf } from "../../errors/describe.ts";
import type { EngineRefusal } from "../../errors/engine-request-error.ts";
import { EngineRequestError, isEngineRequestError, refusalOf } from "../../errors/engine-request-error.ts";
import { isObject } from "../../errors/is-object.ts";

/**
 * The engine answers most failures with a bare 500 and a sentence, so the sentence decides. First match wins.
 * Source: https://github.com/moby/moby/tree/master/errdefs and the registry errors its distribution client passes on.
 */
const sentences: readonly (readonly [RegExp, EngineRefusal])[] = [
  // The container ended while something was being run in it; what was to be run may well exist.
  [/namespace path/i, "other"],
  [
    /executable file not found|no such file or directory: unknown|permission denied: unknown|unable to find user|exec format error/i,
    "command-not-runnable",
  ],
  [
    /no such image|manifest (for .* )?(unknown|not found)|not found: manifest|repository does not exist|does not match the specified platform/i,
    "image-not-found",
  ],
  [/pull access denied|unauthorized|authentication required|no basic auth|denied:/i, "image-unauthorized"],
  [
    /no such host|dial tcp|i\/o timeout|connection refused|TLS handshake|server gave HTTP|x509|request canceled/i,
    "registry-unreachable",
  ],
  [/port is already allocated|all ports are allocated|address already in use/i, "port-in-use"],
  [/is (already|not) paused/i, "already-done"],
];

const byStatus: Readonly<Record<number, EngineRefusal>> = {
  304: "already-done",
  400: "invalid",
  404: "not-found",
  409: "conflict",
};

/** Turns what a client of the engine rejected with into our own error. Our own errors pass through untouched. */
export function toEngineError(operation: string, thrown: unknown): EngineRequestError {
  if (isEngineRequestError(thrown)) return thrown;
  const statusCode = statusOf(thrown);
  const reason = reasonOf(thrown);
  if (statusCode === undefined) return new EngineRequestError({ operation, refusal: "unanswered", reason }, thrown);
  return new EngineRequestError({ operation, refusal: classify(reason, statusCode), reason, statusCode }, thrown);
}

/** Waits for a call whose refusal for one of these reasons counts as success. */
export async function tolerating(call: Promise<unknown>, ...refusals: readonly EngineRefusal[]): Promise<void> {
  await isDone(call, ...refusals);
}

/** Does the same, and tells whether the call was carried out. */
export async function isDone(call: Promise<unknown>, ...refusals: readonly EngineRefusal[]): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === undefined || !refusals.includes(refusal)) throw error;
    return false;
  }
}

/** What kind of refusal the engine's words and status amount to. */
export function classify(reason: string, statusCode?: number): EngineRefusal {
  const match = sentences.find(([pattern]) => pattern.test(reason));
  return match?.[1] ?? byStatus[statusCode ?? 0] ?? "other";
}

function statusOf(thrown: unknown): number | undefined {
  if (!(isObject(thrown) && "statusCode" in thrown)) return undefined;
  return typeof thrown.statusCode === "number" ? thrown.statusCode : undefined;
}

/** The engine's sentence, without the "(HTTP code 404) no such container - " that dockerode puts before it. */
function reasonOf(thrown: unknown): string {
  return messageOf(thrown)
    .replace(/^\(HTTP code \d+\) [^-]*- /, "")
    .trim();
}

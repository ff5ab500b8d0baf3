import { once } from "node:events";
import { hasCode } from "../errors/cleanroom-error.ts";
import { ProbeError } from "../errors/probe-error.ts";
import type { Clock } from "../time/clock.ts";
import { sleep } from "../time/sleep.ts";
import type { Address } from "./exchange.ts";
import { CLOSED, withConnection } from "./exchange.ts";
import type { ProbeTarget, TcpProbe } from "./probe.ts";

/**
 * How long a forwarded connection must stay open to count, in milliseconds. Docker's proxy accepts at once, then closes the
 * connection as soon as it finds nobody listening inside: 3 ms later on an idle machine.
 */
const QUIET_MS = 25;

/** How long a container's own address may take to answer before we go by the forwarded port alone, in milliseconds. */
const DIRECT_TIMEOUT_MS = 250;

/** How much of an answer is looked at: its end, in bytes. */
const KEPT_BYTES = 65_536;

/** One attempt of a TCP probe. */
export async function checkTcp(
  { port, send, answerIncludes }: TcpProbe,
  target: ProbeTarget,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const forwarded: Address = { host: target.host, port: target.hostPort(port) };
  if (answerIncludes !== undefined) return answers(forwarded, { send, text: answerIncludes }, signal);
  if (target.directAddress === undefined) return staysOpen(forwarded, clock, signal);

  // Past the proxy the answer is exact. It must be reachable through the published port as well, which is what users get.
  const direct = await connects({ host: target.directAddress, port }, clock, signal);
  if (direct === "refused") throw new ProbeError(`nothing listens on port ${port}`);
  return direct === "accepted" ? accepts(forwarded, signal) : staysOpen(forwarded, clock, signal);
}

/** Whoever answers is no proxy. */
function answers(
  address: Address,
  { send, text }: { readonly send: string | undefined; readonly text: string },
  signal: AbortSignal,
): Promise<void> {
  return withConnection(address, signal, (socket) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let seen: Buffer = Buffer.alloc(0);
    socket.on("data", (chunk: Buffer) => {
      seen = Buffer.concat([seen, chunk]).subarray(-KEPT_BYTES);
      if (seen.includes(text)) resolve();
    });
    socket.once("end", () => {
      reject(new ProbeError(seen.length === 0 ? CLOSED : `answer ${JSON.stringify(seen.toString().slice(0, 200))}`));
    });
    if (send !== undefined) socket.write(send);
    return promise;
  });
}

function accepts(address: Address, signal: AbortSignal): Promise<void> {
  return withConnection(address, signal, async (socket) => {
    await once(socket, "connect");
  });
}

function staysOpen(address: Address, clock: Clock, signal: AbortSignal): Promise<void> {
  return withConnection(address, signal, async (socket) => {
    await once(socket, "connect");
    const spoke = once(socket, "data", { signal });
    await Promise.race([spoke, sleep(clock, QUIET_MS, signal)]);
  });
}

/** Whether a container's own address takes connections, or cannot be reached from here at all. */
async function connects(
  address: Address,
  clock: Clock,
  signal: AbortSignal,
): Promise<"accepted" | "refused" | "unreachable"> {
  const impatience = new AbortController();
  const timer = clock.startTimer(() => {
    impatience.abort();
  }, DIRECT_TIMEOUT_MS);
  try {
    await accepts(address, AbortSignal.any([signal, impatience.signal]));
    return "accepted";
  } catch (error) {
    signal.throwIfAborted();
    const isRefusal = hasCode(error, "CLEANROOM_PROBE_FAILED") && error.message.includes("ECONNREFUSED");
    return isRefusal ? "refused" : "unreachable";
  } finally {
    timer.cancel();
  }
}

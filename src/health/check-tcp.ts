import { once } from "node:events";
import { hasCode } from "../errors/cleanroom-error.ts";
import { ProbeError } from "../errors/probe-error.ts";
import type { Clock } from "../time/clock.ts";
import { sleep } from "../time/sleep.ts";
import type { Address } from "./exchange.ts";
import { withConnection } from "./exchange.ts";
import type { ProbeTarget, TcpProbe } from "./probe.ts";

/**
 * How long a forwarded connection must stay open to count, in milliseconds. Docker's proxy accepts at once, then closes the
 * connection as soon as it finds nobody listening inside: 3 ms later on an idle machine.
 */
const QUIET_MS = 25;

/** How long a container's own address may take to answer before we go by the forwarded port alone, in milliseconds. */
const DIRECT_TIMEOUT_MS = 250;

/** One attempt of a TCP probe. */
export async function checkTcp(
  { port }: TcpProbe,
  target: ProbeTarget,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const forwarded: Address = { host: target.host, port: target.hostPort(port) };
  if (target.directAddress === undefined) return staysOpen(forwarded, clock, signal);

  // Past the proxy the answer is exact. It must be reachable through the published port as well, which is what users get.
  const direct = await connects({ host: target.directAddress, port }, clock, signal);
  if (direct === "refused") throw new ProbeError(`nothing listens on port ${port}`);
  return direct === "accepted" ? accepts(forwarded, signal) : staysOpen(forwarded, clock, signal);
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

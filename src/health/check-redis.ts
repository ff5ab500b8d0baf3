import { ProbeError } from "../errors/probe-error.ts";
import { exchange } from "./exchange.ts";
import type { ProbeTarget, RedisProbe } from "./probe.ts";

const PING = Buffer.from("*1\r\n$4\r\nPING\r\n");

/**
 * One attempt of a Redis probe. A server that wants a password first (`-NOAUTH`) takes commands; one that loads its data
 * says `-LOADING`.
 *
 * Source: https://redis.io/docs/latest/develop/reference/protocol-spec/
 */
export async function checkRedis({ port }: RedisProbe, target: ProbeTarget, signal: AbortSignal): Promise<void> {
  const answer = (await exchange({ host: target.host, port: target.hostPort(port) }, PING, signal)).toString();
  if (!answer.startsWith("+PONG") && !answer.startsWith("-NOAUTH")) throw new ProbeError(answer.trim().slice(0, 200));
}

import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** Where a Redis server answers. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  /** Empty when there is none. */
  readonly password: string;
}

/** Resolves once a Redis server answers PING, asking again as soon as it did not. */
export async function pingUntilPong(address: RedisAddress, signal: AbortSignal): Promise<void> {
  while (!(await answersPing(address))) await sleep(1, undefined, { signal });
}

/** One PING on a connection of its own, the password ahead of it. */
function answersPing({ host, port, password }: RedisAddress): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host, port, noDelay: true });
  let answer = "";
  socket.write(`${password === "" ? "" : `AUTH ${password}\r\n`}PING\r\n`);
  socket.on("data", (chunk) => {
    answer += chunk.toString();
    if (answer.endsWith("+PONG\r\n")) resolve(true);
  });
  socket.once("error", () => undefined);
  socket.once("close", () => resolve(false));
  return promise.finally(() => socket.destroy());
}

import { once } from "node:events";
import type { Socket } from "node:net";
import { connect } from "node:net";
import { messageOf } from "../../errors/describe.ts";
import { EngineUnavailableError } from "../../errors/engine-unavailable-error.ts";
import type { Clock } from "../../time/clock.ts";
import { Deadline } from "../../time/deadline.ts";
import type { RequestedEngine } from "../requested-engine.ts";
import { socketAddress } from "./socket-address.ts";

/** How long an engine may take to accept a connection, in milliseconds. */
const CONNECT_TIMEOUT_MS = 2000;

/** How long an engine may then take to answer, in milliseconds. */
const ANSWER_TIMEOUT_MS = 10_000;

/** Asks for as little as there is. Written by hand: loading an HTTP client would take longer than all the rest. */
const PING = "GET /_ping HTTP/1.1\r\nHost: engine\r\nConnection: close\r\n\r\n";

/**
 * Resolves when the engine answers that was asked for.
 *
 * @throws EngineUnavailableError when it does not; UnsupportedError when its address is of a kind that we do not speak.
 */
export async function assertEngineAnswers(
  requested: RequestedEngine,
  clock: Clock,
  signal?: AbortSignal,
): Promise<void> {
  const socket = connect(socketAddress(requested));
  try {
    await happens(socket, "connect", requested, {
      timeoutMs: CONNECT_TIMEOUT_MS,
      missing: "connection",
      clock,
      signal,
    });
    // What is encrypted answers nothing that is not: that somebody listens has to do.
    if (/^(https|tcp):.*:2376/.test(requested.endpoint)) return;
    socket.write(PING);
    await happens(socket, "data", requested, { timeoutMs: ANSWER_TIMEOUT_MS, missing: "answer", clock, signal });
  } finally {
    socket.destroy();
  }
}

interface Patience {
  readonly timeoutMs: number;
  /** What there is none of when it is over. */
  readonly missing: string;
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
}

async function happens(
  socket: Socket,
  event: "connect" | "data",
  requested: RequestedEngine,
  { timeoutMs, missing, clock, signal }: Patience,
): Promise<void> {
  const reason = `no ${missing} within ${timeoutMs} ms`;
  const onExpire = (): Error => new EngineUnavailableError({ ...requested, reason });
  using deadline = new Deadline({ clock, timeoutMs, signal, onExpire });
  const ended = once(socket, "close", { signal: deadline.signal }).then(() => {
    throw new EngineUnavailableError({ ...requested, reason: "it closed the connection" });
  });
  ended.catch(() => undefined); // Whichever comes first counts.
  try {
    await Promise.race([once(socket, event, { signal: deadline.signal }), ended]);
  } catch (error) {
    deadline.signal.throwIfAborted();
    throw new EngineUnavailableError({ ...requested, reason: messageOf(error) }, error);
  }
}

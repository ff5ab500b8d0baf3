/** A thread that polls as fast as it can, so that it neither waits for Cleanroom nor makes Cleanroom wait. */
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { parentPort } from "node:worker_threads";
import { monotonicMs } from "./exact-time.ts";
import type { FirstAnswer, SidePoll } from "./side-poll.ts";

const PAUSE_MS = 1;
const ATTEMPT_TIMEOUT_MS = 50;
const GIVE_UP_AFTER_MS = 30_000;

parentPort?.on("message", (poll: SidePoll) => {
  void firstAnswer(poll).then((answer) => parentPort?.postMessage(answer));
});

async function firstAnswer(poll: SidePoll): Promise<FirstAnswer | undefined> {
  const endsAtMs = monotonicMs() + GIVE_UP_AFTER_MS;
  let failedAtMs = -Infinity; // Whatever answers at once may have been ready for any time.
  while (monotonicMs() < endsAtMs) {
    const askedAtMs = monotonicMs();
    const atMs = await attempt(poll);
    if (atMs !== undefined) return { atMs, blindMs: atMs - failedAtMs };
    failedAtMs = askedAtMs;
    await sleep(PAUSE_MS);
  }
  return undefined;
}

/** Resolves with the moment of the answer, or with nothing when there was none. */
function attempt({ host, port, request, answer }: SidePoll): Promise<number | undefined> {
  const { promise, resolve } = Promise.withResolvers<number | undefined>();
  const socket = connect({ host, port, noDelay: true });
  socket.setTimeout(ATTEMPT_TIMEOUT_MS, () => resolve(undefined));
  socket.once("error", () => undefined);
  socket.once("close", () => resolve(undefined));
  if (request === undefined) socket.once("connect", () => resolve(monotonicMs()));
  else socket.write(request, "latin1");
  socket.once("data", (chunk) =>
    resolve(chunk.toString("latin1").startsWith(answer ?? "") ? monotonicMs() : undefined),
  );
  return promise.finally(() => socket.destroy());
}

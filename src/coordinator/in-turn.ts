import { randomBytes } from "node:crypto";
import type { ImageTurn, ImageTurnEnd, ImageTurnRequest } from "./image-turns.ts";

/** Where turns are asked for, and given back. */
export interface TurnDesk {
  /** Asks for the turn; resolves once it is this one's, or not needed any more. */
  readonly take: (request: ImageTurnRequest) => Promise<ImageTurn>;
  /** Gives the turn back. */
  readonly end: (requestId: string, end: ImageTurnEnd, error?: unknown) => Promise<void>;
}

/**
 * Does the work of a key in its turn, or leaves it at what another has done since. Those who wait learn what it came to.
 *
 * @throws What the work failed with, whoever did it.
 */
export async function inTurn(
  desk: TurnDesk,
  key: string,
  work: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const requestId = randomBytes(8).toString("hex");
  if ((await desk.take({ requestId, key })) === "done") return;
  try {
    await work();
  } catch (error) {
    // When this process has left meanwhile, that tells as much.
    await desk.end(requestId, signal.aborted ? "given-up" : "failed", error).catch(() => undefined);
    throw error;
  }
  await desk.end(requestId, "done");
}

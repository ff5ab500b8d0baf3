import { randomBytes } from "node:crypto";
import { refusalOf } from "../errors/engine-request-error.ts";
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
    const isForAll = !signal.aborted && refusalOf(error) !== "image-unauthorized"; // Others may have another account.
    const told = isForAll ? desk.end(requestId, "failed", error) : desk.end(requestId, "given-up");
    // It may be too long to tell. When this process has left meanwhile, that tells as much.
    await told.catch(() => desk.end(requestId, "given-up")).catch(() => undefined);
    throw error;
  }
  await desk.end(requestId, "done");
}

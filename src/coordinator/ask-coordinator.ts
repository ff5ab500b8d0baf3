import { randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import type { Connection, RemoteCoordinator } from "./approach.ts";
import { Approach } from "./approach.ts";
import type { CoordinatorAddress } from "./connect-coordinator.ts";
import { connectCoordinator, tryConnect } from "./connect-coordinator.ts";
import { OfferedParts } from "./offered-parts.ts";
import { LostConnection } from "./quick-losses.ts";
import { thisProcess } from "./this-process.ts";
import { CoordinatorError } from "../errors/coordinator-error.ts";

/** Whom to ask. */
export interface CoordinatorToAsk {
  /** How the coordinator is reached and started. */
  readonly address: CoordinatorAddress;
  /** What only the user who owns the state directory can read. */
  readonly secret: string;
  /** Whether it is started when it does not run. */
  readonly mayStart: boolean;
}

/**
 * Asks the coordinator something without joining a session.
 *
 * @returns What it says, or `undefined` when there is none and none is to be started.
 * @throws CoordinatorError when it does not answer the greeting in time, or ends while it is asked.
 */
export async function askCoordinator<T>(
  whom: CoordinatorToAsk,
  ask: (coordinator: RemoteCoordinator) => Promise<T>,
): Promise<T | undefined> {
  const connection = await open(whom);
  if (connection === undefined) return undefined;
  try {
    return await ask(connection.coordinator);
  } catch (error) {
    if (!(error instanceof LostConnection)) throw error;
    const { log } = whom.address.paths;
    throw new CoordinatorError({ problem: "The coordinator ended while it was asked.", log }, error);
  } finally {
    connection.socket.destroy();
  }
}

/** One that ends just as it is greeted has nothing to look after any more: then its successor is asked, if there is to be one. */
async function open({ address, secret, mayStart }: CoordinatorToAsk): Promise<Connection | undefined> {
  const greeting = { secret, identity: thisProcess(), memberId: randomBytes(8).toString("hex") };
  using approach = new Approach({
    address,
    greeting,
    functions: { notify: () => undefined, ...new OfferedParts().functions },
  });
  const reach = (): Promise<Socket | undefined> =>
    mayStart ? connectCoordinator(address, approach.signal) : tryConnect(address.paths.socket, approach.signal);
  for (let socket = await reach(); socket !== undefined; socket = await reach()) {
    const connection = await approach.greet(socket);
    if (connection !== undefined) return connection;
  }
  return undefined;
}

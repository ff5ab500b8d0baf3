import { randomBytes } from "node:crypto";
import type { BirpcReturn } from "birpc";
import type { CoordinatorAddress } from "./connect-coordinator.ts";
import { connectCoordinator, tryConnect } from "./connect-coordinator.ts";
import type { CoordinatorFunctions, MemberFunctions } from "./protocol.ts";
import { rpcOver } from "./rpc.ts";
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
 */
export async function askCoordinator<T>(
  { address, secret, mayStart }: CoordinatorToAsk,
  ask: (coordinator: BirpcReturn<CoordinatorFunctions, MemberFunctions>) => Promise<T>,
): Promise<T | undefined> {
  const { socket: path, log } = address.paths;
  const socket = mayStart ? await connectCoordinator(address) : await tryConnect(path);
  if (socket === undefined) return undefined;
  const coordinator = rpcOver<CoordinatorFunctions, MemberFunctions>(socket, {
    functions: { notify: () => undefined },
    onProblem: () => socket.destroy(),
  });
  socket.once("error", () => undefined);
  socket.once("close", () => {
    coordinator.$close(new CoordinatorError({ problem: "The coordinator ended while it was asked.", log }));
  });
  try {
    await coordinator.hello({ secret, identity: thisProcess(), memberId: randomBytes(8).toString("hex") });
    return await ask(coordinator);
  } finally {
    socket.destroy();
  }
}

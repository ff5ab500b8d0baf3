import type { Socket } from "node:net";
import type { BirpcReturn } from "birpc";
import { CoordinatorError } from "../errors/coordinator-error.ts";
import { abortable } from "../time/abortable.ts";
import { Deadline } from "../time/deadline.ts";
import { systemClock } from "../time/system-clock.ts";
import type { CoordinatorAddress } from "./connect-coordinator.ts";
import type { CoordinatorFunctions, Greeting, MemberFunctions } from "./protocol.ts";
import { LostConnection, QuickLosses } from "./quick-losses.ts";
import { rpcOver } from "./rpc.ts";

/** How long it may take until a coordinator has answered the greeting, in milliseconds, unless the address says. */
const REACH_TIMEOUT_MS = 30_000;

/** The coordinator, as those who call it see it. */
export type RemoteCoordinator = BirpcReturn<CoordinatorFunctions, MemberFunctions>;

/** A connection and what is called over it. */
export interface Connection {
  /** What it goes over; whoever holds the connection owns it. */
  readonly socket: Socket;
  /** What is called over it. */
  readonly coordinator: RemoteCoordinator;
}

/** Who comes to a coordinator. */
export interface ApproachOptions {
  /** How the coordinator is reached and started. */
  readonly address: CoordinatorAddress;
  /** Who calls. */
  readonly greeting: Greeting;
  /** Ids of the services whose parts the caller makes, when it comes and when it comes back; none when absent. */
  readonly offers?: () => readonly string[];
  /** What the coordinator can call. */
  readonly functions: MemberFunctions;
}

/**
 * The way to a coordinator until it has answered the greeting, all of it within one deadline: one that hangs, or was stopped,
 * must not make others hang. Dispose it when there is a connection, or none any more.
 */
export class Approach implements Disposable {
  readonly #options: ApproachOptions;
  readonly #deadline: Deadline;
  readonly #losses: QuickLosses;

  constructor(options: ApproachOptions, signal?: AbortSignal) {
    const { paths, reachTimeoutMs: timeoutMs = REACH_TIMEOUT_MS } = options.address;
    const problem = `The coordinator did not answer within ${timeoutMs} ms. It may hang, or have been stopped.`;
    this.#options = options;
    this.#losses = new QuickLosses(paths.log);
    this.#deadline = new Deadline({
      clock: systemClock,
      timeoutMs,
      onExpire: () => new CoordinatorError({ problem, log: paths.log }),
      signal,
    });
  }

  /** Ends all waiting on the way. */
  get signal(): AbortSignal {
    return this.#deadline.signal;
  }

  /**
   * Greets who listens at the other end, and takes the socket over.
   *
   * @returns `undefined` when it was just ending and takes nobody any more.
   * @throws CoordinatorError when it does not answer in time, or ends each connection.
   */
  async greet(socket: Socket): Promise<Connection | undefined> {
    const coordinator = talkOver(socket, this.#options);
    const { greeting, offers } = this.#options;
    const complete = offers === undefined ? greeting : { ...greeting, offers: offers() };
    try {
      await this.#losses.watch(() => abortable(coordinator.hello(complete), this.signal));
      return { socket, coordinator };
    } catch (error) {
      socket.destroy();
      if (error instanceof LostConnection) return undefined;
      throw error;
    }
  }

  [Symbol.dispose](): void {
    this.#deadline[Symbol.dispose]();
  }
}

function talkOver(socket: Socket, { address, functions }: ApproachOptions): RemoteCoordinator {
  const { log } = address.paths;
  let cause: Error | undefined;
  const coordinator = rpcOver<CoordinatorFunctions, MemberFunctions>(socket, {
    functions,
    onProblem: (problem) => {
      socket.destroy(new CoordinatorError({ problem: `The coordinator said ${problem}.`, log }));
    },
  });
  socket.on("error", (error) => (cause = error)); // What follows is `close`.
  socket.once("close", () => {
    coordinator.$close(new LostConnection(log, cause));
  });
  return coordinator;
}

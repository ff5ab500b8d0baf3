import { hasCode, isCleanroomError } from "../errors/cleanroom-error.ts";
import { messageOf } from "../errors/describe.ts";
import { IsolationError } from "../errors/isolation-error.ts";
import { TimeoutError } from "../errors/timeout-error.ts";
import { abortable } from "../time/abortable.ts";
import { systemClock } from "../time/system-clock.ts";
import type { ContainerAccess } from "./container-access.ts";
import type { KeptConnection, Turn } from "./kept-connection.ts";

/** How long a service may take over one isolated part, in milliseconds. */
const ISOLATION_TIMEOUT_MS = 30_000;

/** What is done with an isolated part. */
export interface IsolationTask {
  /** Name of the service. */
  readonly container: string;
  /** What is done, as it follows "could not", for example `drop the database test_1 of db`. */
  readonly operation: string;
  /** Ends the wait early. */
  readonly signal?: AbortSignal | undefined;
}

/** How an isolated part comes and goes. */
export interface PartMaker<Client, Part> {
  /** Makes it. */
  readonly make: (client: Client) => Promise<Part>;
  /** Takes it back when nobody waits for it any more. */
  readonly undo: (part: Part) => Promise<unknown>;
}

/**
 * Makes an isolated part. Who stops waiting gets none, and what still comes of it is undone.
 *
 * @throws IsolationError with what the service's driver said; TimeoutError; the signal's reason.
 */
export async function isolatePart<Client, Part>(
  connection: KeptConnection<Client>,
  task: IsolationTask,
  { make, undo }: PartMaker<Client, Part>,
): Promise<Part> {
  const left = new AbortController();
  let making: Promise<Part> | undefined;
  const work = async (client: Client): Promise<Part> => {
    left.signal.throwIfAborted();
    making = make(client);
    return making;
  };
  try {
    return await isolating(task, (turn) => connection.use(work, turn));
  } catch (error) {
    left.abort(error);
    making?.then(undo).catch(() => undefined); // Whoever waited was told; the part goes with its service at the latest.
    throw error;
  }
}

/**
 * Takes a part of a service from whoever hands them out.
 *
 * @throws IsolationError when the service is gone, or makes none; the signal's reason.
 */
export async function takePart(access: ContainerAccess, container: string, signal?: AbortSignal): Promise<string> {
  try {
    return await access.takePart(signal);
  } catch (error) {
    signal?.throwIfAborted();
    if (!hasCode(error, "CLEANROOM_LIFECYCLE")) throw error;
    const hint = "It was given back, or removed, before this.";
    const reason = messageOf(error);
    throw new IsolationError({ container, operation: `isolate ${container}`, failure: "failed", reason, hint }, error);
  }
}

/**
 * Waits for a service to make, empty or remove an isolated part, as long as is reasonable. Waiting for one's turn does not
 * count: those before may be many, and each is bounded itself.
 *
 * @throws IsolationError with what the service's driver said; TimeoutError; the signal's reason.
 */
export async function isolating<T>(
  { container, operation, signal }: IsolationTask,
  take: (turn: Turn) => Promise<T>,
): Promise<T> {
  const timeoutMs = ISOLATION_TIMEOUT_MS;
  const onExpire = (elapsedMs: number): Error => new TimeoutError({ operation, timeoutMs, elapsedMs });
  try {
    return await abortable(take({ signal, limit: { clock: systemClock, timeoutMs, onExpire } }), signal);
  } catch (error) {
    signal?.throwIfAborted();
    if (isCleanroomError(error)) throw error;
    const hint = "See whether it still runs, and what its `logs()` say.";
    const reason = messageOf(error);
    throw new IsolationError({ container, operation, failure: "failed", reason, hint }, error);
  }
}

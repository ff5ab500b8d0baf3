import type { EngineCaretaker } from "../backend/engine-caretaker.ts";
import { isEngineRequestError, refusalOf } from "../errors/engine-request-error.ts";
import type { Clock } from "../time/clock.ts";
import type { StoppedContainer, StopOutcome } from "./cleanup-report.ts";

/** Exit code of a process that was killed: 128 and the number of SIGKILL. */
const KILLED = 137;

/** Which container to stop. */
export interface StopRequest {
  /** Name of the service. */
  readonly name: string;
  /** The engine's id of the container, or the name that it has there. */
  readonly id: string;
  /** How long it may take to stop before it is killed, in milliseconds. */
  readonly stopGraceMs: number;
}

/** What stopping containers needs. */
export interface StopContext {
  /** The engine. */
  readonly caretaker: EngineCaretaker;
  /** Where time comes from. */
  readonly clock: Clock;
}

/** How it ended and with which code. */
type End = Pick<StoppedContainer, "outcome" | "exitCode">;

/** Asks a container to stop, kills it when it does not in its time, and removes it. Never rejects: the report says all. */
export function stopContainer(request: StopRequest, context: StopContext): Promise<StoppedContainer> {
  return end(request, context, () => stop(request.id, request.stopGraceMs, context.caretaker));
}

/** Kills and removes what may have been made of a container that nobody has used. Never rejects. */
export function discardContainer(request: StopRequest, context: StopContext): Promise<StoppedContainer> {
  return end(request, context, () => Promise.resolve({ outcome: "killed" }));
}

async function end(
  { name, id }: StopRequest,
  { caretaker, clock }: StopContext,
  stopIt: () => Promise<End>,
): Promise<StoppedContainer> {
  const startedAtMs = clock.now();
  try {
    const end = await stopIt();
    await caretaker.remove(id);
    return { name, id, startedAtMs, durationMs: clock.now() - startedAtMs, ...end };
  } catch (error) {
    return { name, id, outcome: "failed", startedAtMs, durationMs: clock.now() - startedAtMs, error };
  }
}

async function stop(id: string, graceMs: number, caretaker: EngineCaretaker): Promise<End> {
  try {
    await caretaker.stop(id, graceMs);
    const { exitCode } = await caretaker.inspect(id);
    const outcome: StopOutcome = exitCode === KILLED ? "killed" : "stopped";
    return { outcome, exitCode };
  } catch (error) {
    if (refusalOf(error) === "not-found") return { outcome: "already-gone" };
    // It cannot be asked, for whatever reason; the removal that follows kills it, and tells if that fails as well.
    if (isEngineRequestError(error)) return { outcome: "killed" };
    throw error;
  }
}

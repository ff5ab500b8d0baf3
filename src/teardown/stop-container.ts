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

/** Which container to keep, if need be. */
export interface KeepRequest extends StopRequest {
  /** What it is to be called in the engine from then on. */
  readonly keptAs: string;
}

/** What may have been made of a container. */
export interface DiscardRequest extends StopRequest {
  /** A label that only it has, and its value. */
  readonly label: readonly [name: string, value: string];
}

/** What stopping containers needs. */
export interface StopContext {
  /** The engine. */
  readonly caretaker: EngineCaretaker;
  /** Where time comes from. */
  readonly clock: Clock;
}

/** How it ended. */
type End = Omit<StoppedContainer, "name" | "id" | "startedAtMs" | "durationMs">;

/** Asks a container to stop, kills it when it does not in its time, and removes it. Never rejects: the report says all. */
export function stopContainer(request: StopRequest, context: StopContext): Promise<StoppedContainer> {
  return report(request, context, async () => remove(request, context, await stop(request, context)));
}

/**
 * Kills and removes what may have been made of a container that nobody has used. It is known by its name only, which may be
 * somebody else's container: that was why it could not be made. Never rejects.
 */
export function discardContainer(request: DiscardRequest, context: StopContext): Promise<StoppedContainer> {
  return report(request, context, async () => {
    if (await isSomebodyElses(request, context)) return { outcome: "already-gone" };
    return remove(request, context, { outcome: "killed", signal: "SIGKILL" });
  });
}

/** Keeps a container that failed to be looked at, as it is, where it is in nobody's way. Never rejects. */
export function keepContainer(request: KeepRequest, context: StopContext): Promise<StoppedContainer> {
  return report(request, context, () => keep(request, context));
}

/** Keeps a container that has ended by itself, and stops and removes any other. Never rejects. */
export function stopUnlessEnded(request: KeepRequest, context: StopContext): Promise<StoppedContainer> {
  return report(request, context, async () => {
    const isRunning = await runs(request, context);
    return isRunning ? remove(request, context, await stop(request, context)) : keep(request, context);
  });
}

async function report(
  { name, id }: StopRequest,
  { clock }: StopContext,
  work: () => Promise<End>,
): Promise<StoppedContainer> {
  const startedAtMs = clock.now();
  try {
    const end = await work();
    return { name, id, startedAtMs, durationMs: clock.now() - startedAtMs, ...end };
  } catch (error) {
    return { name, id, outcome: "failed", startedAtMs, durationMs: clock.now() - startedAtMs, error };
  }
}

async function remove({ id }: StopRequest, { caretaker, clock }: StopContext, end: End): Promise<End> {
  const startedAtMs = clock.now();
  await caretaker.remove(id);
  return end.outcome === "already-gone" ? end : { ...end, removalMs: clock.now() - startedAtMs };
}

async function stop({ id, stopGraceMs }: StopRequest, { caretaker, clock }: StopContext): Promise<End> {
  const startedAtMs = clock.now();
  try {
    const hasRun = await caretaker.stop(id, stopGraceMs);
    const stopMs = clock.now() - startedAtMs;
    const { exitCode, stopSignal, anonymousVolumes: volumes } = await caretaker.inspect(id);
    if (!hasRun) return { outcome: "already-ended", exitCode, volumes };
    const outcome: StopOutcome = exitCode === KILLED ? "killed" : "stopped";
    return { outcome, exitCode, signal: stopSignal, stopMs, volumes };
  } catch (error) {
    if (refusalOf(error) === "not-found") return { outcome: "already-gone" };
    // It cannot be asked, for whatever reason; the removal that follows kills it, and tells if that fails as well.
    if (isEngineRequestError(error)) return { outcome: "killed", signal: "SIGKILL" };
    throw error;
  }
}

/**
 * Off its networks, it keeps no name, network or port from others; renamed, it can be told from what is to be removed. In
 * this order, so that it is found again when only half of it succeeded.
 */
async function keep({ id, keptAs }: KeepRequest, { caretaker }: StopContext): Promise<End> {
  try {
    const { id: fullId, isRunning, exitCode } = await caretaker.inspect(id);
    await caretaker.disconnect(fullId);
    await caretaker.rename(fullId, keptAs);
    return { outcome: "kept-failed", keptAs, ...(!isRunning && { exitCode }) };
  } catch (error) {
    if (refusalOf(error) === "not-found") return { outcome: "already-gone" };
    throw error;
  }
}

async function runs({ id }: StopRequest, { caretaker }: StopContext): Promise<boolean> {
  try {
    return (await caretaker.inspect(id)).isRunning;
  } catch (error) {
    if (isEngineRequestError(error)) return true; // Then stopping and removing it tells what is the matter.
    throw error;
  }
}

async function isSomebodyElses(
  { id, label: [name, value] }: DiscardRequest,
  { caretaker }: StopContext,
): Promise<boolean> {
  try {
    return (await caretaker.inspect(id)).labels[name] !== value;
  } catch (error) {
    if (isEngineRequestError(error)) return false; // Then removing it tells what is the matter.
    throw error;
  }
}

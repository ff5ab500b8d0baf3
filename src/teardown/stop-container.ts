import type { ContainerBackend } from "../backend/container-backend.ts";
import type { ContainerRuntime } from "../container/container-runtime.ts";
import type { StartedContainer } from "../container/started-container.ts";
import { isEngineRequestError, refusalOf } from "../errors/engine-request-error.ts";
import type { StoppedContainer, StopOutcome } from "./cleanup-report.ts";

/** Exit code of a process that was killed: 128 and the number of SIGKILL. */
const KILLED = 137;

/** How it ended and with which code. */
type End = Pick<StoppedContainer, "outcome" | "exitCode">;

/** Asks a container to stop, kills it when it does not in its time, and removes it. Never rejects: the report says all. */
export async function stopContainer(container: StartedContainer, runtime: ContainerRuntime): Promise<StoppedContainer> {
  const { machine, connection } = container;
  const { clock } = runtime;
  const { name, id } = connection;
  const startedAtMs = clock.now();
  try {
    if (machine.canMove("stopping")) machine.move("stopping", "no longer needed");
    const end = await stopAndRemove(container, runtime.backend);
    if (machine.canMove("stopped")) machine.move("stopped", end.outcome);
    return { name, id, startedAtMs, durationMs: clock.now() - startedAtMs, ...end };
  } catch (error) {
    if (machine.canMove("failed")) machine.fail(error);
    return { name, id, outcome: "failed", startedAtMs, durationMs: clock.now() - startedAtMs, error };
  }
}

async function stopAndRemove(container: StartedContainer, backend: ContainerBackend): Promise<End> {
  const { id } = container.connection;
  const end = await stop(id, container.spec.stopGraceMs, backend);
  await container[Symbol.asyncDispose]();
  return end;
}

async function stop(id: string, graceMs: number, backend: ContainerBackend): Promise<End> {
  try {
    await backend.stop(id, graceMs);
    const { exitCode } = await backend.inspect(id);
    const outcome: StopOutcome = exitCode === KILLED ? "killed" : "stopped";
    return { outcome, exitCode };
  } catch (error) {
    if (refusalOf(error) === "not-found") return { outcome: "already-gone" };
    // It cannot be asked, for whatever reason; the removal that follows kills it, and tells if that fails as well.
    if (isEngineRequestError(error)) return { outcome: "killed" };
    throw error;
  }
}

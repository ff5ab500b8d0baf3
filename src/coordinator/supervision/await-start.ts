import type { ContainerInspection } from "../../backend/container-backend.ts";
import type { EngineCaretaker } from "../../backend/engine-caretaker.ts";
import type { CareInstructions } from "../../container/care-plan.ts";
import { probeTarget } from "../../container/probe-target.ts";
import type { ServiceConnection } from "../../container/service-connection.ts";
import { HealthError } from "../../errors/health-error.ts";
import { TimeoutError } from "../../errors/timeout-error.ts";
import { describeProbe } from "../../health/describe-probe.ts";
import type { ReadinessTrace } from "../../health/wait-until-healthy.ts";
import { waitUntilHealthy } from "../../health/wait-until-healthy.ts";
import type { Clock } from "../../time/clock.ts";
import { Deadline } from "../../time/deadline.ts";
import { readLogTail } from "../../container/read-log-tail.ts";

/** A container whose process has been started anew. */
export interface StartedAnew {
  /** How it is reached now. */
  readonly connection: ServiceConnection;
  /** Tells what to wait for, and how long. */
  readonly care: CareInstructions;
  /** What the engine knows of it now. */
  readonly inspection: ContainerInspection;
}

/**
 * Resolves when a container can be used again.
 *
 * @throws HealthError when it cannot in time.
 */
export async function awaitStart(
  { connection, care, inspection }: StartedAnew,
  { clock, caretaker }: { readonly clock: Clock; readonly caretaker: EngineCaretaker },
  signal: AbortSignal,
): Promise<void> {
  const { startProbe, startTimeoutMs: timeoutMs, attemptTimeoutMs } = care;
  if (startProbe === undefined) return;
  const operation = `restart ${connection.name}`;
  const onExpire = (elapsedMs: number): Error => new TimeoutError({ operation, timeoutMs, elapsedMs });
  const trace: ReadinessTrace = { attempts: 0, lastResults: [], isHealthy: false };
  using deadline = new Deadline({ clock, timeoutMs, signal, onExpire });
  try {
    const target = probeTarget({ ...inspection, ...connection, ...care }, caretaker);
    await waitUntilHealthy(startProbe, target, { clock, attemptTimeoutMs, trace, signal: deadline.signal });
  } catch (error) {
    if (!deadline.isReason(error)) throw error;
    const logTail = await readLogTail(connection.id, caretaker);
    const { elapsedMs } = deadline;
    const seen = { container: connection.name, probe: describeProbe(startProbe), elapsedMs, ...trace, logTail };
    throw new HealthError(seen, trace.lastFailure);
  }
}

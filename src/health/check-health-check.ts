import { ProbeError } from "../errors/probe-error.ts";
import { UnsupportedError } from "../errors/unsupported-error.ts";
import type { ProbeTarget } from "./probe.ts";

const WITHOUT_CHECK =
  "The container has no health check of the engine's. Give it one with `healthCheck`, or probe it in another way.";

/** One attempt of a probe that goes by the engine's own check. */
export async function checkHealthCheck(target: ProbeTarget, signal: AbortSignal): Promise<void> {
  const { engineHealth, isPaused, isRunning } = await target.inspect(signal);
  if (!isRunning) throw new ProbeError("the container does not run");
  // The engine checks nothing meanwhile, and what it then says of the container differs from version to version.
  if (isPaused) throw new ProbeError("the container is paused");
  if (engineHealth === undefined) throw new UnsupportedError(WITHOUT_CHECK);
  const { status, output } = engineHealth;
  if (status === "healthy") return;
  const text = output.trim().slice(0, 200);
  throw new ProbeError(`the engine says ${status}${text === "" ? "" : `: ${text}`}`);
}

import type { ContainerBackend } from "../backend/container-backend.ts";
import type { Clock } from "../time/clock.ts";
import { systemClock } from "../time/system-clock.ts";
import { connectEngine } from "./connect-engine.ts";
import { findEngine } from "./engine-endpoint.ts";

const KEY = Symbol.for("cleanroom.processEngines");

/**
 * The engine that the user's environment names, as one connection for the whole process, which may have loaded this package
 * twice: environments that share nothing with other processes share services through it. It lasts as long as the process;
 * its idle connections close by themselves.
 *
 * @throws EngineUnavailableError when it does not answer.
 */
export async function processEngine(clock: Clock, signal?: AbortSignal): Promise<ContainerBackend> {
  const requested = await findEngine(clock, signal);
  if (clock !== systemClock) return connectEngine(requested, clock, signal); // Time passes otherwise for whoever brings his own.
  const shared = globalThis as Partial<Record<symbol, Map<string, Promise<ContainerBackend>>>>;
  const engines = (shared[KEY] ??= new Map<string, Promise<ContainerBackend>>());
  const existing = engines.get(requested.endpoint) ?? connectEngine(requested, clock, signal);
  engines.set(requested.endpoint, existing);
  try {
    return await existing;
  } catch (error) {
    engines.delete(requested.endpoint);
    throw error;
  }
}

import { hasCode } from "../errors/cleanroom-error.ts";
import { systemClock } from "../time/system-clock.ts";
import { findEngine } from "./engine-endpoint.ts";

/**
 * Whether a container engine answers where this process would look for one, for tests that are skipped where there is none.
 * Starts nothing. One that says nothing at all is given up after 10 s.
 *
 * @throws UnsupportedError when the engine that was asked for cannot be spoken to; the signal's reason.
 */
export async function isEngineAvailable(options: { readonly signal?: AbortSignal } = {}): Promise<boolean> {
  try {
    await findEngine(systemClock, options.signal);
    return true;
  } catch (error) {
    if (hasCode(error, "CLEANROOM_ENGINE_UNAVAILABLE")) return false;
    throw error;
  }
}

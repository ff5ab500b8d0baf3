import type { CleanroomConfig } from "../../index.ts";
import { CleanroomEnvironment, hasCode } from "../../index.ts";
import { printLine } from "./print-line.ts";
import { existingListener } from "./progress.ts";

/**
 * Checks a configuration and opens the session of a run, in which its tests start services. The caller disposes it after the
 * last test, and with it whatever was started.
 *
 * @returns `undefined` where there is no engine: tests that need no service run all the same, and each that does is told so.
 * @throws ConfigurationError.
 */
export async function openRun(
  config: CleanroomConfig,
  rootDirectory: string,
): Promise<CleanroomEnvironment | undefined> {
  const listeners = { "service:existing": existingListener(printLine) };
  return CleanroomEnvironment.open(config, { rootDirectory, listeners }).catch(unlessNeeded);
}

/** An engine that does not answer, or a coordinator, is missed only by those who need a service. */
function unlessNeeded(error: unknown): undefined {
  if (hasCode(error, "CLEANROOM_ENGINE_UNAVAILABLE") || hasCode(error, "CLEANROOM_COORDINATOR")) return undefined;
  throw error;
}

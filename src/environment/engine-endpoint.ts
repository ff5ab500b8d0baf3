import { access } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { RequestedEngine } from "../backend/requested-engine.ts";
import { readEnvironmentVariables } from "../config/environment-variables.ts";
import { requestedEngine } from "../config/requested-engine.ts";
import type { Clock } from "../time/clock.ts";
import { connectEngine } from "./connect-engine.ts";

const DEFAULT_SOCKET = "/var/run/docker.sock";

/**
 * The engine that the user asked for, or the one in its usual place. Only where that is not plain to see is Testcontainers
 * asked, which takes a fifth of a second to load.
 *
 * @throws EngineUnavailableError when there is none.
 */
export async function findEngine(clock: Clock, signal?: AbortSignal): Promise<RequestedEngine> {
  const requested = await requestedEngine(readEnvironmentVariables());
  if (requested !== undefined) return requested;
  const isConfigured = await exists(join(homedir(), ".testcontainers.properties"));
  const origin = "the defaults";
  if (!isConfigured && (await exists(DEFAULT_SOCKET))) return { endpoint: `unix://${DEFAULT_SOCKET}`, origin };
  await using backend = await connectEngine(undefined, clock, signal);
  return { endpoint: backend.engine.endpoint, origin };
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

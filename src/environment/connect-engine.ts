import { existsSync } from "node:fs";
import type { ContainerBackend } from "../backend/container-backend.ts";
import { readEnvironmentVariables, withDockerHost } from "../config/environment-variables.ts";
import { requestedEngine } from "../config/requested-engine.ts";
import type { Clock } from "../time/clock.ts";

/**
 * Connects to the engine that the user's environment names, or to the one in its usual place.
 *
 * @throws EngineUnavailableError when it does not answer.
 */
export async function connectEngine(clock: Clock, signal?: AbortSignal): Promise<ContainerBackend> {
  const requested = await requestedEngine(readEnvironmentVariables());
  // Loading Testcontainers takes a fifth of a second, so it waits until an engine is needed.
  const { connectToEngine } = await import("../backend/testcontainers/connect.ts");
  const isInContainer = existsSync("/.dockerenv");
  return withDockerHost(requested?.endpoint, () => connectToEngine({ requested, isInContainer, clock, signal }));
}

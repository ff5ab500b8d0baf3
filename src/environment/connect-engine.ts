import { existsSync } from "node:fs";
import type { ContainerBackend } from "../backend/container-backend.ts";
import type { RequestedEngine } from "../backend/requested-engine.ts";
import { withDockerHost } from "../config/environment-variables.ts";
import type { Clock } from "../time/clock.ts";

/**
 * Connects to an engine; to the one that Testcontainers finds in the usual places, when none is given.
 *
 * @throws EngineUnavailableError when it does not answer.
 */
export async function connectEngine(
  requested: RequestedEngine | undefined,
  clock: Clock,
  signal?: AbortSignal,
): Promise<ContainerBackend> {
  // Loading Testcontainers takes a fifth of a second, so it waits until an engine is needed.
  const { connectToEngine } = await import("../backend/testcontainers/connect.ts");
  const isInContainer = existsSync("/.dockerenv");
  return withDockerHost(requested?.endpoint, () => connectToEngine({ requested, isInContainer, clock, signal }));
}

import type { ContainerRuntime } from "../container/container-runtime.ts";
import type { CleanupReport, StoppedContainer } from "../teardown/cleanup-report.ts";
import { endDependantsFirst } from "../teardown/in-dependency-order.ts";
import { stopContainer } from "../teardown/stop-container.ts";
import type { EnvironmentNetwork } from "./environment-network.ts";
import type { ManagedService } from "./managed-service.ts";

/**
 * Ends services, dependants first, and then the network they shared. Never rejects: the report says what failed.
 *
 * @param network - Left alone when absent.
 */
export async function tearDown(
  services: readonly ManagedService[],
  runtime: ContainerRuntime,
  network?: EnvironmentNetwork,
): Promise<CleanupReport> {
  const startedAtMs = runtime.clock.now();
  const errors: unknown[] = [];
  const collect = (error: unknown): void => void errors.push(error);
  const containers = await endDependantsFirst(services, async (service): Promise<StoppedContainer> => {
    await Promise.resolve(service.handle[Symbol.asyncDispose]()).catch(collect);
    const stopped = await stopContainer(service.container, runtime);
    if (stopped.error !== undefined) collect(stopped.error);
    return stopped;
  });
  await network?.remove().catch(collect);
  return { containers, errors, durationMs: runtime.clock.now() - startedAtMs };
}

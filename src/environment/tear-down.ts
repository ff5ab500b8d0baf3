import type { ContainerRuntime } from "../container/container-runtime.ts";
import { TimeoutError } from "../errors/timeout-error.ts";
import type { CleanupReport, StoppedContainer } from "../teardown/cleanup-report.ts";
import { endDependantsFirst } from "../teardown/in-dependency-order.ts";
import { stopContainer } from "../teardown/stop-container.ts";
import { abortable } from "../time/abortable.ts";
import type { Clock } from "../time/clock.ts";
import { Deadline } from "../time/deadline.ts";
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
    await closeHandle(service, runtime.clock).catch(collect);
    const stopped = await stopContainer(service.container, runtime);
    if (stopped.error !== undefined) collect(stopped.error);
    return stopped;
  });
  await network?.remove().catch(collect);
  return { containers, errors, durationMs: runtime.clock.now() - startedAtMs };
}

/** How long a handle may take to close its connections, in milliseconds. The container ends them anyhow. */
const CLOSE_TIMEOUT_MS = 2000;

async function closeHandle({ name, handle }: ManagedService, clock: Clock): Promise<void> {
  const operation = `close the connections to ${name}`;
  using deadline = new Deadline({
    clock,
    timeoutMs: CLOSE_TIMEOUT_MS,
    onExpire: () => new TimeoutError({ operation, timeoutMs: CLOSE_TIMEOUT_MS }),
  });
  await abortable(Promise.resolve(handle[Symbol.asyncDispose]()), deadline.signal);
}

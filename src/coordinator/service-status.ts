import type { Coordinator } from "./coordinator.ts";
import type { MeteredService, ServiceStatus } from "./protocol.ts";
import type { SharedService } from "./shared-service.ts";

/** What a coordinator looks after, for people. */
export function servicesStatus(coordinator: Coordinator): readonly ServiceStatus[] {
  return coordinator.services.all.map((service) => statusOf(service, coordinator));
}

/** The same, with what each uses and how it is. Each container is looked at once. */
export function servicesMetrics(coordinator: Coordinator): Promise<readonly MeteredService[]> {
  const { services, supervision } = coordinator;
  return Promise.all(
    services.all.map(async (service) => {
      const metrics = await supervision.metrics.of(service);
      return { ...statusOf(service, coordinator), metrics };
    }),
  );
}

function statusOf(service: SharedService, { sessions }: Coordinator): ServiceStatus {
  const { id, request, containerName, connection, sessionIds, idleSinceMs, expiresAtMs } = service;
  return {
    serviceId: id,
    name: request.name,
    group: request.group,
    state: stateOf(service),
    containerName,
    image: connection?.image,
    users: sessions.describe(sessionIds),
    expiresAtMs: idleSinceMs === undefined ? undefined : expiresAtMs,
  };
}

/** One that is ready may be more than that. */
function stateOf({ state, isPaused, hasFailed, restarting, isUnhealthy }: SharedService): string {
  if (state !== "ready") return state;
  if (hasFailed) return "failed";
  if (restarting !== undefined) return "restarting";
  if (isPaused) return "asleep";
  return isUnhealthy ? "unhealthy" : state;
}

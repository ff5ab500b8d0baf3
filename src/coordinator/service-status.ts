import type { Coordinator } from "./coordinator.ts";
import type { ServiceStatus } from "./protocol.ts";
import type { SharedService } from "./shared-service.ts";

/** What a coordinator looks after, for people. */
export function servicesStatus({ services, sessions }: Coordinator): readonly ServiceStatus[] {
  return services.all.map((service) => {
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
  });
}

/** One that is ready may be more than that. */
function stateOf({ state, isPaused, hasFailed, restarting, isUnhealthy }: SharedService): string {
  if (state !== "ready") return state;
  if (hasFailed) return "failed";
  if (restarting !== undefined) return "restarting";
  if (isPaused) return "asleep";
  return isUnhealthy ? "unhealthy" : state;
}

import type { EndEvent, ServiceEvent } from "../coordinator/coordination.ts";
import { reviveError } from "../errors/error-data.ts";
import type { Emitter } from "../events/emitter.ts";
import type { Clock } from "../time/clock.ts";
import type { ManagedService } from "./managed-service.ts";

/** Whether an event tells of a service's end. */
export function isEnd(event: ServiceEvent): event is EndEvent {
  return ["stopping", "stopped", "failed", "removed"].includes(event.kind);
}

/** Tells what happened to a service that is used, once however often it is used. Changes of its state are told by themselves. */
export function tellEvent(
  event: ServiceEvent,
  { name, id, connection }: ManagedService,
  { emitter, clock }: { readonly emitter: Emitter; readonly clock: Clock },
): void {
  const atMs = clock.now();
  switch (event.kind) {
    case "removed":
      emitter.emit("container:removed", { name, id });
      break;
    case "health":
      emitter.emit("container:health", { name, id, check: event.check, ...event.change });
      break;
    case "paused":
    case "resumed":
      emitter.emit(`container:${event.kind}`, { name, id, atMs });
      break;
    case "out-of-memory":
      emitter.emit("container:out-of-memory", { name, id, atMs });
      break;
    case "restarted":
      emitter.emit("container:restarted", { name, id, atMs, reason: event.reason, ports: connection.ports });
      break;
    case "exceeded": {
      const { kind: _kind, serviceId: _serviceId, error, ...outcome } = event;
      const failure = error === undefined ? {} : { error: reviveError(error) };
      emitter.emit("resource:exceeded", { name, id, ...outcome, ...failure });
      break;
    }
    default: // A change of state.
  }
}

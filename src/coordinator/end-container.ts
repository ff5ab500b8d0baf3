import type { StoppedContainer } from "../teardown/cleanup-report.ts";
import type { StopContext } from "../teardown/stop-container.ts";
import { discardContainer, keepContainer, stopContainer, stopUnlessEnded } from "../teardown/stop-container.ts";
import type { EndEvent } from "./coordination.ts";
import { SERVICE_ID_LABEL } from "./labels.ts";
import { keptNameOf } from "./kept-failures.ts";
import type { SharedService } from "./shared-service.ts";

/** Stops and removes a service's container, or sets it aside when it failed and is to be looked at. Never rejects. */
export function endContainer(service: SharedService, context: StopContext): Promise<StoppedContainer> {
  const { id, request, connection, containerName, isKeptAsFailure, hasFailed } = service;
  const { name, stopGraceMs, keepsFailure = false } = request;
  const container = { name, id: connection?.id ?? containerName, stopGraceMs, keptAs: keptNameOf(containerName, id) };
  if (isKeptAsFailure || (keepsFailure && hasFailed)) return keepContainer(container, context);
  if (connection === undefined) return discardContainer({ ...container, label: [SERVICE_ID_LABEL, id] }, context);
  return keepsFailure ? stopUnlessEnded(container, context) : stopContainer(container, context);
}

/** What users of a container are told of its end. One that is kept is still there; that it failed they may know. */
export function eventsOfEnd(
  { outcome, keptAs }: StoppedContainer,
  { hasFailed }: SharedService,
  reason: string,
): readonly Omit<EndEvent, "serviceId">[] {
  if (keptAs === undefined) {
    return [
      { kind: "stopped", reason: outcome },
      { kind: "removed", reason },
    ];
  }
  return hasFailed ? [] : [{ kind: "failed", reason: `it had ended by itself and is kept as ${keptAs}` }];
}

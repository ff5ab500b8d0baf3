import type { CreationTicket } from "./coordination.ts";
import type { Ownership } from "./labels.ts";
import { ownershipLabels, SERVICE_ID_LABEL, SESSION_LABEL } from "./labels.ts";
import type { Session } from "./session.ts";
import type { SharedService } from "./shared-service.ts";

/** The ticket for a service that is to be created in a session. */
export function ticketFor(service: SharedService, session: Session, ownership: Ownership): CreationTicket {
  const { id: serviceId, containerName, networkName, former } = service;
  const labels = {
    ...ownershipLabels(ownership),
    [SERVICE_ID_LABEL]: serviceId,
    [SESSION_LABEL]: session.id,
  };
  return { serviceId, containerName, labels, networkName, former };
}

import type { ServiceRequest } from "./coordination.ts";
import type { Parts } from "./parts/parts.ts";
import type { ServiceBook } from "./service-book.ts";
import type { SessionBook } from "./session-book.ts";
import type { SharedService } from "./shared-service.ts";
import type { Supervision } from "./supervision/supervision.ts";

/** What tells who uses what. */
export interface RenewalContext {
  /** Every shared service. */
  readonly services: ServiceBook;
  /** Every session. */
  readonly sessions: SessionBook;
  /** What looks after them. */
  readonly supervision: Pick<Supervision, "isRestarting">;
  /** The parts that somebody has. */
  readonly parts: Parts;
}

/**
 * A service that nobody uses, whose container can be initialised anew for a request that nothing answers: a database whose
 * migrations have changed need not have another server. A session may still hold it, as in watch mode; its processes that
 * used it are gone.
 */
export function findRenewable(
  request: ServiceRequest,
  { services, sessions, supervision, parts }: RenewalContext,
): SharedService | undefined {
  const { group, name, baseKey, network, claim } = request;
  if (baseKey === undefined || claim !== undefined) return undefined;
  return services.all.find((service) => {
    const { request: own, state, dependants, leases } = service;
    const isSame = own.group === group && own.name === name && own.baseKey === baseKey && own.network === network;
    if (
      !isSame ||
      own.claim !== undefined ||
      state !== "ready" ||
      dependants.size > 0 ||
      parts.keptUntilMs(service) > 0 ||
      supervision.isRestarting(service)
    )
      return false;
    return !leases.some(([sessionId, memberIds]) => memberIds.some((id) => sessions.isPresent(sessionId, id)));
  });
}

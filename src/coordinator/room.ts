import { CapacityError } from "../errors/capacity-error.ts";
import { abortable } from "../time/abortable.ts";
import type { ServiceRequest } from "./coordination.ts";
import type { Retirement } from "./retirement.ts";
import type { ServiceBook } from "./service-book.ts";
import type { SessionBook } from "./session-book.ts";

/** What making room needs. */
export interface RoomContext {
  readonly book: ServiceBook;
  readonly retirement: Retirement;
  readonly sessions: SessionBook;
}

/**
 * Makes room for one more service: what has been unused longest goes first. Tells whether there was room at once; otherwise
 * something may have changed meanwhile, and the caller looks again.
 *
 * @throws CapacityError when all containers are in use and the request does not want to wait.
 */
export async function makeRoom(request: ServiceRequest, context: RoomContext, signal: AbortSignal): Promise<boolean> {
  const { maxContainers = Number.POSITIVE_INFINITY, whenFull = "wait" } = request.capacity ?? {};
  const { book, retirement, sessions } = context;
  const group = book.all.filter((service) => service.request.group === request.group);
  if (group.length < maxContainers) return true;
  const [oldest] = book.idleIn(request.group);
  const leaving = oldest ?? group.find(({ state }) => state === "removing");
  if (leaving !== undefined) {
    await abortable(retirement.remove(leaving, "room for another"), signal);
    return false;
  }
  if (whenFull === "wait") {
    await abortable(book.nextChange, signal);
    return false;
  }
  const holders = group.map(({ request: { name }, sessionIds }) => `${name}: ${sessions.describe(sessionIds)}`);
  throw new CapacityError({ container: request.name, maxContainers, holders });
}

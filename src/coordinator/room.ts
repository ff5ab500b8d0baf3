import { CapacityError } from "../errors/capacity-error.ts";
import { abortable } from "../time/abortable.ts";
import type { ServiceRequest } from "./coordination.ts";
import type { Retirement } from "./retirement.ts";
import type { ServiceBook } from "./service-book.ts";
import type { Session } from "./session.ts";
import type { SessionBook } from "./session-book.ts";
import type { SharedService } from "./shared-service.ts";

/** What making room needs. */
export interface RoomContext {
  /** Every shared service. */
  readonly book: ServiceBook;
  /** What ends them. */
  readonly retirement: Retirement;
  /** Who uses them, for messages. */
  readonly sessions: SessionBook;
  /** The session that wants room. */
  readonly session: Session;
}

/**
 * Whether there is room for one more service. Whoever is told so must enter it before anything else happens: others may have
 * been waiting for the same room, and for the same service.
 */
export function hasRoom(request: ServiceRequest, book: ServiceBook): boolean {
  return groupOf(request, book).length < maxContainersOf(request);
}

/**
 * Makes room for one more service: what has been unused longest goes first. Resolves when something may have changed; the
 * caller looks again.
 *
 * @throws CapacityError when all containers are in use and the request does not want to wait; what kept a container that
 * nobody uses from being removed.
 */
export async function makeRoom(request: ServiceRequest, context: RoomContext, signal: AbortSignal): Promise<void> {
  const { book, retirement, sessions } = context;
  const maxContainers = maxContainersOf(request);
  const group = groupOf(request, book);
  const [oldest] = book.idleIn(request.group);
  const leaving = oldest ?? group.find(({ state }) => state === "removing");
  if (leaving !== undefined) {
    const { errors } = await abortable(retirement.remove(leaving, "room for another"), signal);
    if (errors.length > 0 && book.get(leaving.id) === leaving) throw errors[0]; // To try again at once would be a busy loop.
    return;
  }
  if (request.capacity?.whenFull !== "fail" && !wouldWaitForEver(group, context)) {
    await waitForChange(context, signal);
    return;
  }
  const isDeadlock = request.capacity?.whenFull !== "fail";
  const holders = group.map(({ request: { name }, sessionIds }) => `${name}: ${sessions.describe(sessionIds)}`);
  throw new CapacityError({ container: request.name, maxContainers, holders, isDeadlock });
}

/** Whoever has what there is keeps it until his session ends, which it does not while he waits himself. */
function wouldWaitForEver(group: readonly SharedService[], { session, sessions }: RoomContext): boolean {
  const isStuck = (id: string): boolean => id === session.id || sessions.isWaiting(id);
  return group.every(({ sessionIds }) => sessionIds.length > 0 && sessionIds.every(isStuck));
}

async function waitForChange({ book, session }: RoomContext, signal: AbortSignal): Promise<void> {
  session.waitsForRoom += 1;
  try {
    await abortable(book.nextChange, signal);
  } finally {
    session.waitsForRoom -= 1;
  }
}

function groupOf({ group }: ServiceRequest, book: ServiceBook): readonly SharedService[] {
  return book.all.filter(({ request }) => request.group === group);
}

function maxContainersOf({ capacity }: ServiceRequest): number {
  return capacity?.maxContainers ?? Number.POSITIVE_INFINITY;
}

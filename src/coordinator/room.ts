import { CapacityError } from "../errors/capacity-error.ts";
import { abortable } from "../time/abortable.ts";
import type { ContainerCache } from "./container-cache.ts";
import type { ServiceRequest } from "./coordination.ts";
import type { PartHolder } from "./parts/part-holder.ts";
import type { Retirement } from "./retirement.ts";
import type { ServiceBook } from "./service-book.ts";
import type { Member } from "./session.ts";
import type { SessionBook } from "./session-book.ts";
import type { SharedService } from "./shared-service.ts";

/** What making room needs. */
export interface RoomContext {
  /** Every shared service. */
  readonly book: ServiceBook;
  /** The same as a cache. */
  readonly containers: ContainerCache;
  /** What ends them. */
  readonly retirement: Retirement;
  /** Who uses them, for messages. */
  readonly sessions: SessionBook;
  /** Who wants room. */
  readonly member: Member;
}

/**
 * Whether there is room for one more service. Whoever is told so must enter it before anything else happens: others may have
 * been waiting for the same room, and for the same service.
 */
export function hasRoom(request: ServiceRequest, book: ServiceBook): boolean {
  return groupOf(request, book).length < maxContainersOf(request);
}

/**
 * Makes room for one more service: what nobody uses goes first, in the order of the policy, then what was made ahead of need or is free.
 * Resolves when something may have changed; the caller looks again.
 *
 * @throws CapacityError when all containers are in use and the request does not want to wait; what kept a container that
 * nobody uses from being removed.
 */
export async function makeRoom(request: ServiceRequest, context: RoomContext, signal: AbortSignal): Promise<void> {
  const { book, containers, retirement, sessions } = context;
  const maxContainers = maxContainersOf(request);
  const group = groupOf(request, book);
  const [idle] = containers.idleIn(request);
  const leaving = idle ?? group.find(isExpendable) ?? group.find(({ state }) => state === "removing");
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

/** Whether it is ready for whoever claims it, and nobody has. */
function isExpendable({ isSpare, isFree }: SharedService): boolean {
  return isSpare && isFree;
}

/**
 * Whoever has what there is keeps it until his session ends, which it does not while he waits himself. What a process has
 * claimed it gives back earlier, unless it waits.
 */
function wouldWaitForEver(group: readonly SharedService[], { member, sessions }: RoomContext): boolean {
  const { session } = member;
  const isStuck = (id: string): boolean => id === session.id || sessions.isWaiting(id);
  const comesBack = ({ memberId }: PartHolder): boolean =>
    memberId !== member.id && !sessions.isMemberWaiting(memberId);
  if (group.some(({ holder }) => holder !== undefined && comesBack(holder))) return false;
  return group.every(({ sessionIds }) => sessionIds.length > 0 && sessionIds.every(isStuck));
}

async function waitForChange({ book, member }: RoomContext, signal: AbortSignal): Promise<void> {
  const { waitsForRoom } = member.session;
  const wait = { memberId: member.id };
  waitsForRoom.add(wait);
  try {
    await abortable(book.nextChange, signal);
  } finally {
    waitsForRoom.delete(wait);
  }
}

function groupOf({ group }: ServiceRequest, book: ServiceBook): readonly SharedService[] {
  return book.all.filter(({ request }) => request.group === group);
}

function maxContainersOf({ capacity }: ServiceRequest): number {
  return capacity?.maxContainers ?? Number.POSITIVE_INFINITY;
}

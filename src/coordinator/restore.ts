import { messageOf } from "../errors/describe.ts";
import type { Attendance } from "./attendance.ts";
import type { Coordinator } from "./coordinator.ts";
import type { Journal, MemberRecord, ServiceRecord } from "./journal.ts";
import type { Member } from "./session.ts";
import { SharedService } from "./shared-service.ts";

/** What taking over from a predecessor needs. */
export interface RestoreOptions {
  /** Who takes over. */
  readonly coordinator: Coordinator;
  /** What the predecessor wrote down. */
  readonly journal: Journal;
  /** Asks after the members who have not come back yet. */
  readonly attendance: Attendance;
  /** Whether a process that was a member still lives, however busy it is. */
  readonly isAlive: (record: MemberRecord) => Promise<boolean>;
  /** Told what nobody else is told. */
  readonly log: (line: string) => void;
}

/**
 * Takes over what a predecessor that was killed wrote down: keeps what living processes use, and removes the rest. Members
 * that live but have not come back are asked after until they do.
 */
export async function restore(options: RestoreOptions): Promise<void> {
  const { coordinator, journal, log } = options;
  const { services, members, parts } = journal.read();
  const absent = await seatTheLiving(members, options);
  for (const member of absent) options.attendance.keep(member);
  if (services.length > 0) log(`Taking over ${services.length} services and ${absent.size} members of a predecessor.`);
  for (const record of inDependencyOrder(services)) adopt(record, coordinator);
  const present = new Set([...absent].map(({ id }) => id));
  coordinator.parts.inherit(
    services.map(({ id }) => id),
    parts.filter(({ holder }) => present.has(holder.memberId)),
  );
  coordinator.claims.takeBackFrom((memberId) => !present.has(memberId));
  for (const service of coordinator.services.all) {
    for (const [sessionId] of service.leases) {
      const isAttended = coordinator.sessions.all.some(({ id }) => id === sessionId);
      if (isAttended) continue;
      service.releaseForSession(sessionId);
      coordinator.networks.endSession(sessionId);
    }
  }
  // Members can connect meanwhile: stopping what nobody uses may take a while.
  for (const service of coordinator.services.all) {
    settle(service, coordinator).catch((error: unknown) => {
      log(`${service.containerName} could not be taken over: ${messageOf(error)}`);
    });
  }
  if (coordinator.services.all.length > 0) coordinator.upkeep.begin();
}

async function seatTheLiving(members: readonly MemberRecord[], options: RestoreOptions): Promise<Set<Member>> {
  const { coordinator, journal, isAlive } = options;
  const absent = new Set<Member>();
  const seat = async (record: MemberRecord): Promise<void> => {
    if (await isAlive(record)) absent.add(coordinator.join({ ...record, notify: () => undefined }, record.sessionId));
    else journal.removeMember(record.id);
  };
  await Promise.all(members.map(seat));
  return absent;
}

/** A service can only be entered after those that it depends on. */
function inDependencyOrder(records: readonly ServiceRecord[]): readonly ServiceRecord[] {
  const byId = new Map(records.map((record) => [record.id, record]));
  const ordered = new Set<ServiceRecord>();
  const visit = (record: ServiceRecord | undefined): void => {
    if (record === undefined || ordered.has(record)) return;
    for (const id of record.request.dependsOn) visit(byId.get(id));
    ordered.add(record);
  };
  for (const record of records) visit(record);
  return [...ordered];
}

function adopt(record: ServiceRecord, { services, networks, volumes }: Coordinator): void {
  const service = SharedService.from(record);
  services.adopt(service);
  void volumes.adopt(service).catch(() => undefined); // The engine removes none that is mounted.
  if (service.networkName !== undefined) networks.adopt(service.networkName, service.id, service.sessionIds);
}

/** Gives up what a dead process was creating, retires what nobody uses, and restarts what was being restarted. */
async function settle(service: SharedService, coordinator: Coordinator): Promise<void> {
  const { sessions, retirement, services, supervision, upkeep } = coordinator;
  const { creatorId = "", state, isUnused, idleSinceMs } = service;
  const isCreated = state === "ready" || sessions.all.some(({ members }) => members.has(creatorId));
  if (!isCreated) {
    upkeep.expectStragglers();
    await retirement.remove(service, "its creator died");
  } else if (state === "ready" && isUnused) {
    if (idleSinceMs === undefined) await retirement.retire(service);
    else retirement.keep(service, idleSinceMs);
  } else if (service.restarting === undefined) services.save(service);
  else await supervision.resume(service);
}

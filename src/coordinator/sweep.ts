import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { ContainerInspection } from "../backend/container-backend.ts";
import type { EngineCaretaker, LabelledObject } from "../backend/engine-caretaker.ts";
import { messageOf } from "../errors/describe.ts";
import type { Clock } from "../time/clock.ts";
import type { WarmImages } from "../warm/warm-images.ts";
import { WARM_BUILDER_LABEL } from "../warm/warm-labels.ts";
import type { Coordinator } from "./coordinator.ts";
import { isKeptFailure, isKeptLongEnough } from "./kept-failures.ts";
import type { Ownership } from "./labels.ts";
import { COORDINATOR_LABEL, OWNER_LABEL, SERVICE_ID_LABEL } from "./labels.ts";
import type { SweepReport } from "./protocol.ts";
import { isPresent } from "./presence.ts";
import { openJournal } from "./sqlite-journal.ts";
import { socketDirectoryOf } from "./state-directory.ts";

/** What sweeping needs. */
export interface SweepOptions {
  /** The engine. */
  readonly caretaker: EngineCaretaker;
  /** Who sweeps. */
  readonly ownership: Ownership;
  /** What it looks after, and so keeps. */
  readonly coordinator: Coordinator;
  /** What it makes images of, and so keeps as well. */
  readonly warmImages?: WarmImages;
  /** Where other coordinators of the same user have their files. */
  readonly stateDirectory: string;
  /** Where time comes from. */
  readonly clock: Clock;
  /** Whether containers go that failed and are kept to be looked at; otherwise, only those that were long enough. */
  readonly includesKept: boolean;
  /** Told what is removed, and why something could not be. */
  readonly log: (line: string) => void;
}

/**
 * Removes what nobody looks after any more: what carries this coordinator's labels but is not in its book, and what belongs
 * to others of the same state directory that are dead, as are all their users. What carries other labels is never touched.
 */
export async function sweep({ log, ...rest }: SweepOptions): Promise<SweepReport> {
  const [removed, failures]: [string[], string[]] = [[], []];
  const options: Sweep = { ...rest, log, removed, failures };
  const { caretaker, ownership } = options;
  const objects = await caretaker.list(`${OWNER_LABEL}=${ownership.owner}`);
  const byCoordinator = Map.groupBy(objects, ({ labels }) => labels[COORDINATOR_LABEL] ?? "");
  for (const [coordinator, theirs] of byCoordinator) {
    if (coordinator === ownership.coordinator) await removeAll(theirs.filter(isUnknownTo(options)), options);
    else await trySweepAfter(coordinator, theirs, options);
  }
  for (const what of removed) log(`Removed the ${what}, which nobody looked after.`);
  for (const failure of failures) log(failure);
  return { removed, failures };
}

/** A sweep under way, and what it has done so far. */
interface Sweep extends SweepOptions {
  readonly removed: string[];
  readonly failures: string[];
}

/** One that cannot be understood must not keep what others left from being removed. */
async function trySweepAfter(id: string, objects: readonly LabelledObject[], options: Sweep): Promise<void> {
  try {
    await sweepAfter(id, objects, options);
  } catch (error) {
    options.failures.push(`What the coordinator ${id} left could not be looked at: ${messageOf(error)}`);
  }
}

function isUnknownTo({ coordinator, warmImages }: SweepOptions): (object: LabelledObject) => boolean {
  return ({ kind, name, labels }) => {
    if (WARM_BUILDER_LABEL in labels) return warmImages?.isBuilding(labels) !== true;
    if (kind === "network") return !coordinator.networks.names.includes(name);
    return coordinator.services.get(labels[SERVICE_ID_LABEL] ?? "") === undefined;
  };
}

/** Holding its lock keeps another coordinator from beginning while what it left is removed. */
async function sweepAfter(id: string, objects: readonly LabelledObject[], options: Sweep): Promise<void> {
  if (!/^[0-9a-f]+$/.test(id)) return; // No coordinator makes such a label; it would lead to other directories.
  const directory = join(options.stateDirectory, id);
  const exists = await readdir(directory).then(
    () => true,
    () => false,
  );
  const journal = exists ? await openJournal(join(directory, "journal.db")) : undefined;
  if (exists && journal === undefined) return; // It lives.
  try {
    const members = journal?.read().members ?? [];
    const sockets = socketDirectoryOf(directory, id);
    const alive = await Promise.all(members.map((member) => isPresent(sockets, member.id)));
    if (!alive.includes(true)) await removeAll(objects, options);
  } finally {
    journal?.close();
  }
}

/** Containers first: a network or a volume that is in use cannot be removed. */
async function removeAll(objects: readonly LabelledObject[], options: Sweep): Promise<void> {
  const [containers, others] = [
    objects.filter(({ kind }) => kind === "container"),
    objects.filter(({ kind }) => kind !== "container"),
  ];
  for (const group of [containers, others]) await Promise.all(group.map((object) => remove(object, options)));
}

async function remove(object: LabelledObject, sweep: Sweep): Promise<void> {
  const { caretaker, ownership, removed, failures } = sweep;
  const { kind, id, name, labels } = object;
  if (labels[OWNER_LABEL] !== ownership.owner) return;
  try {
    if (kind === "container") {
      const inspection = await caretaker.inspect(id); // Once more: whatever has this id now must be what was listed.
      if (!isForRemoval(inspection, sweep)) return;
      await caretaker.remove(id);
    } else if (kind === "network") await caretaker.removeNetwork(id);
    else await caretaker.removeVolume(id);
    removed.push(`${kind} ${name}`);
  } catch (error) {
    failures.push(`The ${kind} ${name}, which nobody looks after, was not removed: ${messageOf(error)}`);
  }
}

function isForRemoval(container: ContainerInspection, { ownership, clock, includesKept }: Sweep): boolean {
  if (container.labels[OWNER_LABEL] !== ownership.owner) return false;
  return includesKept || !isKeptFailure(container) || isKeptLongEnough(container, clock.now());
}

import { connectCaretaker } from "../backend/engine-api/connect-caretaker.ts";
import type { LabelledObject } from "../backend/engine-caretaker.ts";
import { askCoordinator } from "../coordinator/ask-coordinator.ts";
import { hasCode } from "../errors/cleanroom-error.ts";
import { COORDINATOR_LABEL, OWNER_LABEL, PROJECT_LABEL, SERVICE_LABEL } from "../coordinator/labels.ts";
import type { ServiceStatus } from "../coordinator/protocol.ts";
import { locateCoordinator, type CoordinatorLocation } from "../environment/shared-seat.ts";
import { systemClock } from "../time/system-clock.ts";
import type { ExistingServices } from "./existing-services.ts";
import { findExistingServices, inWords } from "./existing-services.ts";
import { keptFailures } from "./kept-failures.ts";
import { hasLeftovers } from "./leftovers.ts";
import { table } from "./table.ts";
import { print } from "./terminal.ts";

/** What `cleanroom ps` is told. */
export interface PsOptions {
  /** Whether to list what others of this engine have as well. */
  readonly all?: boolean;
  /** Whether to print JSON. */
  readonly json?: boolean;
}

/** Lists the services that are shared, who uses them, and how long they are kept. */
export async function ps({ all = false, json = false }: PsOptions): Promise<void> {
  const existing = await findExistingServices(process.cwd());
  const location = await locate(existing);
  const found = location === undefined ? undefined : await lookAround(location, all);
  if (json) {
    const { services = [], kept = [], others } = found ?? {};
    print(
      JSON.stringify({ services, existing: existing.services, kept, ...(all && { others: others ?? [] }) }, null, 2),
    );
    return;
  }
  for (const service of existing.services) print(inWords(service));
  if (found !== undefined) printFound(found);
}

/** What there is on an engine. */
interface Found {
  readonly services: readonly ServiceStatus[];
  /** What failed and is kept to be looked at. */
  readonly kept: readonly Readonly<Record<string, string>>[];
  /** What is looked after by others; absent when nobody asked. */
  readonly others?: readonly LabelledObject[];
}

async function lookAround(location: CoordinatorLocation, all: boolean): Promise<Found> {
  const services = await servicesOn(location);
  const kept = (await keptFailures(location)).map(rowOfKept);
  return { services, kept, ...(all && { others: await othersOn(location) }) };
}

function printFound({ services, kept, others = [] }: Found): void {
  print(services.length > 0 ? table(services.map(rowOf)) : "No services are shared on this engine.");
  if (kept.length > 0) print(`\nFailed, and kept to be looked at:\n${table(kept)}`);
  if (others.length > 0)
    print(`\nLooked after by others, and never removed from here:\n${table(others.map(rowOfOther))}`);
}

/** Where all services exist already, nobody misses an engine. */
async function locate({ areAll }: ExistingServices): Promise<CoordinatorLocation | undefined> {
  try {
    return await locateCoordinator(systemClock);
  } catch (error) {
    if (areAll && hasCode(error, "CLEANROOM_ENGINE_UNAVAILABLE")) return undefined;
    throw error;
  }
}

async function servicesOn(location: CoordinatorLocation): Promise<readonly ServiceStatus[]> {
  const { address, state } = location;
  const status = { address, secret: state.secret, mayStart: await hasLeftovers(location) };
  return (await askCoordinator(status, (coordinator) => coordinator.status())) ?? [];
}

function rowOf({
  name,
  state,
  containerName,
  group,
  users,
  expiresAtMs,
}: ServiceStatus): Readonly<Record<string, string>> {
  const expiry = expiresAtMs === undefined ? "" : `nobody, kept until ${new Date(expiresAtMs).toLocaleTimeString()}`;
  return { SERVICE: name, STATE: state, CONTAINER: containerName, "SHARED BY": group, "USED BY": users || expiry };
}

function rowOfKept({ name, labels }: LabelledObject): Readonly<Record<string, string>> {
  return { SERVICE: labels[SERVICE_LABEL] ?? "", CONTAINER: name, PROJECT: labels[PROJECT_LABEL] ?? "" };
}

function rowOfOther({ kind, name, labels }: LabelledObject): Readonly<Record<string, string>> {
  return { KIND: kind, NAME: name, PROJECT: labels[PROJECT_LABEL] ?? "", OWNER: labels[OWNER_LABEL] ?? "" };
}

/** What carries the labels of other state directories, such as those of other users, hosts and job containers. */
async function othersOn({ address, state }: CoordinatorLocation): Promise<readonly LabelledObject[]> {
  const { endpoint, certificateDirectory, paths } = address;
  await using caretaker = connectCaretaker({ endpoint, certificateDirectory, clock: systemClock });
  const objects = await caretaker.list(OWNER_LABEL);
  return objects.filter(({ labels }) => labels[OWNER_LABEL] !== state.owner || labels[COORDINATOR_LABEL] !== paths.id);
}

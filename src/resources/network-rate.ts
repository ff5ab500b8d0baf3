import type { FileHandle } from "node:fs/promises";
import { open, readFile, stat } from "node:fs/promises";
import type { ContainerInspection } from "../backend/container-backend.ts";
import { Rollback } from "../lifecycle/rollback.ts";
import { boundsIn } from "../spec/bounds.ts";
import type { NetworkRates } from "../spec/resource-limits.ts";
import type { NetworkInterface, NetworkProgram } from "./network-namespace.ts";
import { findProgram, NetworkNamespace, rateNotEnforced } from "./network-namespace.ts";

/** What can be known, before a container is made, about limiting its network. */
export interface RateConditions {
  /** Whether the engine runs on this machine. */
  readonly isLocal: boolean;
  /** The engine's `NetworkMode` that was asked for, if any. */
  readonly networkMode?: unknown;
  /** Whether this process may change networks other than its own. */
  readonly mayChangeNetworks: boolean;
  /** Programs that are needed and not there. */
  readonly missingPrograms: readonly string[];
}

/** A running container. */
export interface RunningContainer {
  /** Name of the service. */
  readonly service: string;
  /** The engine's full id. */
  readonly id: string;
  /** The id of its main process on this machine. */
  readonly pid: number;
}

const programs: readonly NetworkProgram[] = ["ip", "nsenter", "tc"];

/** CAP_NET_ADMIN, to change a network; CAP_SYS_ADMIN, to enter that of another process. */
const capabilities = [12n, 21n];

/** Looks at what is needed to limit a container's network. */
export async function rateConditions(isLocal: boolean, networkMode: unknown): Promise<RateConditions> {
  const found = await Promise.all(programs.map(findProgram));
  const missingPrograms = programs.filter((_, index) => found[index] === undefined);
  return { isLocal, networkMode, mayChangeNetworks: await mayChangeNetworks(), missingPrograms };
}

/** Why the network of a container cannot be limited; `undefined` when it can. */
export function networkRateProblem(conditions: RateConditions): string | undefined {
  const { isLocal, networkMode, missingPrograms } = conditions;
  if (!isLocal) return "the engine is not on this machine, so its networks cannot be reached";
  if (typeof networkMode === "string" && /^(host$|container:)/.test(networkMode)) {
    return `with the network mode \`${networkMode}\` it has no network of its own`;
  }
  if (missingPrograms.length > 0) {
    return `it takes ${missingPrograms.join(", ")} (Debian has them in iproute2 and util-linux)`;
  }
  if (conditions.mayChangeNetworks) return undefined;
  return "this process may not change networks; it takes CAP_NET_ADMIN and CAP_SYS_ADMIN, which root has";
}

/**
 * Limits how fast a container is on its networks, as its labels say; without effect when they say nothing. To be done after each
 * start: with it comes a new network, which is not limited until then.
 *
 * @throws UnsupportedError when its networks cannot be limited.
 */
export async function limitNetworkAsLabelled(
  service: string,
  { id, pid, labels }: Pick<ContainerInspection, "id" | "pid" | "labels">,
  signal?: AbortSignal,
): Promise<void> {
  const { networkBitsPerSecond } = boundsIn(labels).limits;
  if (networkBitsPerSecond === undefined) return;
  if (pid === undefined) throw rateNotEnforced(service, "the engine does not tell its process");
  await limitNetworkRate({ service, id, pid }, networkBitsPerSecond, signal);
}

/**
 * Limits how fast a running container is on its networks: what it sends, on its side; what it receives, on this machine's.
 *
 * @throws UnsupportedError when it has a network that cannot be limited.
 */
export async function limitNetworkRate(
  container: RunningContainer,
  limit: number | NetworkRates,
  signal?: AbortSignal,
): Promise<void> {
  const { send, receive } = typeof limit === "number" ? { send: limit, receive: limit } : limit;
  const { service } = container;
  await using namespace = await openNamespace(container);
  const inside = new NetworkNamespace({ service, path: `/proc/${process.pid}/fd/${namespace.fd}`, signal });
  const outside = new NetworkNamespace({ service, signal });
  for (const one of await inside.interfaces()) {
    if (one.link_type === "loopback") continue;
    if (send !== undefined) await inside.limit(one.ifname, send);
    if (receive === undefined) continue;
    const end = otherEnd(one, await outside.interfaces());
    if (end === undefined) throw rateNotEnforced(service, `${one.ifname} has no end of its own on this machine`);
    await outside.limit(end.ifname, receive);
  }
}

/**
 * The container's network, once it is certain that it is neither this machine's nor that of somebody else's process. As long as
 * it is open it stays what it was, whoever gets the process's number next. The caller closes it.
 */
async function openNamespace({ service, id, pid }: RunningContainer): Promise<FileHandle> {
  const notIts = `process ${pid} of this machine is not the container's`;
  await using rollback = new Rollback();
  const namespace = await open(`/proc/${pid}/ns/net`).catch((error: unknown) => {
    throw rateNotEnforced(service, notIts, error);
  });
  await rollback.defer(() => namespace.close());
  const groups = await readFile(`/proc/${pid}/cgroup`, "utf8").catch(() => "");
  if (!groups.includes(id)) throw rateNotEnforced(service, notIts);
  const [its, ours] = await Promise.all([namespace.stat(), stat("/proc/self/ns/net")]);
  if (its.ino === ours.ino) throw rateNotEnforced(service, "it has no network of its own");
  rollback.disarm();
  return namespace;
}

/** An interface's other end, which leads there and nowhere else: behind one of another kind may be the machine's own. */
function otherEnd(
  { ifindex, link_index }: NetworkInterface,
  ends: readonly NetworkInterface[],
): NetworkInterface | undefined {
  return ends.find(
    (end) => end.ifindex === link_index && end.link_index === ifindex && end.linkinfo?.info_kind === "veth",
  );
}

async function mayChangeNetworks(): Promise<boolean> {
  const status = await readFile("/proc/self/status", "utf8").catch(() => "");
  const effective = BigInt(`0x${/^CapEff:\s*(\w+)/m.exec(status)?.[1] ?? "0"}`);
  return capabilities.every((capability) => (effective & (1n << capability)) !== 0n);
}

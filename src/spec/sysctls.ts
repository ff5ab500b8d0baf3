import type { ContainerSpec, Json } from "./container-spec.ts";
import { isObject } from "../errors/is-object.ts";

/** Those that every container has for itself besides the ones below `net.` and `fs.mqueue.`. */
const ownOfKernel = /^kernel\.(domainname|hostname|sem|msg(max|mnb|mni)|shm(all|max|mni|_rmid_forced))$/;

/** Those below `net.` that belong to the machine nevertheless. There are more: about those the engine says so, at the start. */
const machinesOfNet =
  /^net\.(core\.([rw]mem_(default|max)|netdev_\w+|dev_weight\w*|busy_\w+|message_\w+|bpf_\w+|default_qdisc|flow_limit_\w+|rps_sock_flow_entries|warnings)|ipv4\.(tcp_mem|udp_mem|tcp_max_orphans|route\.(gc_\w+|max_size)))$/;

/**
 * Why a container cannot have a kernel parameter of its own; `undefined` when it can, as far as is known.
 *
 * Source: what a new network namespace shows below `/proc/sys/net` (Linux 6.18), and the list that runc checks against,
 * https://github.com/opencontainers/runc/blob/main/libcontainer/configs/validate/validator.go
 */
export function sysctlProblem(name: string): string | undefined {
  const isOwn = ownOfKernel.test(name) || name.startsWith("fs.mqueue.") || name.startsWith("net.");
  if (isOwn && !machinesOfNet.test(name)) return undefined;
  return "belongs to the whole machine, so no container can have its own; set it where the engine runs";
}

/** The names of the kernel parameters that the engine's own options ask for. */
export function sysctlsIn(engineOptions: ContainerSpec["engineOptions"]): readonly string[] {
  return Object.keys(hostOption(engineOptions, "Sysctls") ?? {});
}

/** One of the engine's own options for the host's side of a container. */
export function hostOption(engineOptions: ContainerSpec["engineOptions"], name: string): Json | undefined {
  const host = engineOptions["HostConfig"];
  return isObject(host) ? (host as Readonly<Record<string, Json>>)[name] : undefined;
}

import type { NetworkTraffic } from "../../backend/container-backend.ts";

/** Where the bytes sent are, among the numbers after an interface's name; those received are the first. */
const SENT = 8;

/**
 * What went through each interface, but for `lo`, which leads nowhere; nothing when there is no other.
 * Source: https://man7.org/linux/man-pages/man5/proc_pid_net.5.html
 *
 * @param content - Of `/proc/PID/net/dev`.
 */
export function interfacesIn(content: string): Readonly<Record<string, NetworkTraffic>> | undefined {
  const interfaces = content.split("\n").flatMap((line) => {
    const [, name, numbers] = /^\s*([^:\s]+):\s*(\d.*)$/.exec(line) ?? [];
    if (name === undefined || numbers === undefined || name === "lo") return [];
    const counters = numbers.split(/\s+/).map(Number);
    return [[name, { receivedBytes: counters[0] ?? 0, sentBytes: counters[SENT] ?? 0 }] as const];
  });
  return interfaces.length === 0 ? undefined : Object.fromEntries(interfaces);
}

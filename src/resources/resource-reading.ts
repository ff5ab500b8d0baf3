import type { NetworkTraffic } from "../backend/container-backend.ts";
import { defined } from "../spec/defined.ts";
import type { StorageUse, MemoryUse, NetworkUse, PidsUse, ResourceSample } from "./resource-sample.ts";

/** A container's counters at one moment, since its start. */
export interface ResourceReading {
  /** When they were read, in milliseconds since the epoch. */
  readonly atMs: number;
  /** Processor time that it has used, in milliseconds of one core. */
  readonly cpuUsedMs: number;
  /** The most cores that it may use; absent when it is not limited. */
  readonly cpuLimitCores?: number;
  /** Its memory. */
  readonly memory: MemoryUse;
  /** What disks did for it. */
  readonly disk: Omit<StorageUse, "layerBytes">;
  /** What went through each of its network interfaces; absent of a container that has none of its own. */
  readonly interfaces?: Readonly<Record<string, NetworkTraffic>>;
  /** Its processes and threads; absent where the kernel does not count them. */
  readonly pids?: PidsUse;
}

/**
 * What a container used between two readings.
 *
 * @returns Nothing when the readings are not of one life of the container, as counters begin anew with each, or when no time
 * has passed between them.
 */
export function sampleBetween(
  before: ResourceReading,
  now: ResourceReading,
  layerBytes?: number,
): ResourceSample | undefined {
  const passedMs = now.atMs - before.atMs;
  if (passedMs <= 0 || now.cpuUsedMs < before.cpuUsedMs) return undefined;
  const usedCores = (now.cpuUsedMs - before.cpuUsedMs) / passedMs;
  return {
    atMs: now.atMs,
    cpu: { usedCores, usedMs: now.cpuUsedMs, ...defined({ limitCores: now.cpuLimitCores }) },
    memory: now.memory,
    disk: { ...now.disk, ...defined({ layerBytes }) },
    ...defined({ network: networkBetween(before, now, passedMs), pids: now.pids }),
  };
}

function networkBetween(before: ResourceReading, now: ResourceReading, passedMs: number): NetworkUse | undefined {
  const { interfaces } = now;
  if (interfaces === undefined || Object.keys(interfaces).length === 0) return undefined;
  const former = sumOf(before.interfaces ?? {});
  const total = sumOf(interfaces);
  // An interface may have been taken away meanwhile; what went through it is no rate below 0.
  const perSecond = (bytes: number): number => (Math.max(0, bytes) * 1_000) / passedMs;
  return {
    ...total,
    receivedBytesPerSecond: perSecond(total.receivedBytes - former.receivedBytes),
    sentBytesPerSecond: perSecond(total.sentBytes - former.sentBytes),
    interfaces,
  };
}

function sumOf(interfaces: Readonly<Record<string, NetworkTraffic>>): NetworkTraffic {
  const sum = { receivedBytes: 0, sentBytes: 0 };
  for (const { receivedBytes, sentBytes } of Object.values(interfaces)) {
    sum.receivedBytes += receivedBytes;
    sum.sentBytes += sentBytes;
  }
  return sum;
}

import { readFileSync, readlinkSync } from "node:fs";
import { posix } from "node:path";
import { defined } from "../../spec/defined.ts";
import type { Clock } from "../../time/clock.ts";
import type { ReadingSource } from "../reading-source.ts";
import type { ResourceReading } from "../resource-reading.ts";
import type { CgroupDirectories } from "./cgroup-mounts.ts";
import { cgroupDirectories } from "./cgroup-mounts.ts";
import { readVersion1 } from "./cgroup-v1.ts";
import { readVersion2 } from "./cgroup-v2.ts";
import { interfacesIn } from "./network-counters.ts";

/** A container whose main process may be on this machine. */
export interface LocalContainer {
  /** The engine's full id. */
  readonly id: string;
  /** The main process, as the engine numbers it. */
  readonly pid: number;
}

/**
 * Reads a container's counters from files of the kernel, in a fraction of a millisecond and without asking the engine.
 *
 * @returns Nothing where that is not possible: the engine is on another machine or in a virtual one, or keeps the files from
 * this process.
 */
export function openCgroupSource({ id, pid }: LocalContainer, clock: Clock): ReadingSource | undefined {
  const membership = membershipOf({ id, pid });
  if (membership === undefined) return undefined;
  const directories = cgroupDirectories(membership, readText("/proc/self/mountinfo") ?? "", id);
  const source = new CgroupSource(directories, { id, pid }, clock);
  source.read();
  return source.hasEnded ? undefined : source;
}

/**
 * What the kernel says of a container's main process. Nothing when the process of this number is another's: it has ended and
 * its number is used again, or the engine counts its own.
 */
function membershipOf({ id, pid }: LocalContainer): string | undefined {
  const membership = readText(`/proc/${pid}/cgroup`);
  return membership?.includes(id) === true ? membership : undefined;
}

class CgroupSource implements ReadingSource {
  hasEnded = false;
  readonly #directories: CgroupDirectories;
  readonly #container: LocalContainer;
  readonly #hasOwnNetwork: boolean;
  readonly #clock: Clock;

  constructor(directories: CgroupDirectories, container: LocalContainer, clock: Clock) {
    this.#directories = directories;
    this.#container = container;
    this.#hasOwnNetwork = !isNetworkOfThisMachine(container.pid);
    this.#clock = clock;
  }

  read(): ResourceReading | undefined {
    const traffic = this.#readTraffic();
    const counters = traffic === undefined ? undefined : this.#readCounters();
    if (traffic === undefined || counters === undefined) {
      this.hasEnded = true;
      return undefined;
    }
    return { ...counters, ...defined({ interfaces: this.#hasOwnNetwork ? interfacesIn(traffic) : undefined }) };
  }

  [Symbol.dispose](): void {
    this.hasEnded = true;
  }

  /** What is asked after it was read holds for what was read. */
  #readTraffic(): string | undefined {
    const traffic = readText(`/proc/${this.#container.pid}/net/dev`);
    return membershipOf(this.#container) === undefined ? undefined : traffic;
  }

  #readCounters(): ResourceReading | undefined {
    const { unified, byController } = this.#directories;
    const nowMs = this.#clock.now();
    if (unified !== undefined) return readVersion2((name) => readText(posix.join(unified, name)), nowMs);
    return readVersion1((name) => {
      const directory = byController.get(name.slice(0, name.indexOf(".")));
      return directory === undefined ? undefined : readText(posix.join(directory, name));
    }, nowMs);
  }
}

/** Then its traffic is everybody's. Where the kernel does not tell, as to other users, it is taken to have its own. */
function isNetworkOfThisMachine(pid: number): boolean {
  const [theirs, ours] = [pid, "self"].map((process) => {
    try {
      return readlinkSync(`/proc/${process}/ns/net`);
    } catch {
      return undefined;
    }
  });
  return theirs !== undefined && theirs === ours;
}

/**
 * The content of a file of the kernel. Read synchronously, as it is in memory: handing it to a thread and back would take
 * several times as long. Whatever is wrong with it, such as that its process ended while it was read, it cannot be read.
 */
function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

import { describe, expect, test } from "vitest";
import { shortageIn } from "../../../src/container/explain-shortage.ts";
import type { MountSpec } from "../../../src/index.ts";
import { specWith } from "../support/specs.ts";

const small: MountSpec = { type: "tmpfs", target: "/small", sizeBytes: 1_000 };
const large: MountSpec = { type: "tmpfs", target: "/large", sizeBytes: 9_000 };
const full = "write error: No space left on device";
const refused = { outcome: "refused" } as const;

describe("the last words of a container tell what it ran out of", () => {
  test.for([
    "sh: 0: Cannot fork",
    "fork: Resource temporarily unavailable",
    "RuntimeError: can't start new thread",
    "java.lang.OutOfMemoryError: unable to create native thread",
    "LOG:  could not fork autovacuum worker process: Resource temporarily unavailable",
    "runtime: failed to create new OS thread",
  ])("processes: %s", (log) => {
    const pids = { resource: "pids", ...refused } as const;

    expect(shortageIn(log, specWith({ limits: { pids: 20 } }))).toEqual({ ...pids, option: "limits.pids", limit: 20 });
    expect(shortageIn(log, specWith({ limits: { ulimits: { nproc: { soft: 9, hard: 10 } } } }))).toEqual({
      ...pids,
      option: "limits.ulimits.nproc",
      limit: 9,
    });
    expect(shortageIn(log, specWith())).toBeUndefined();
  });

  test("disk: the only place that is bounded, or the one that is mentioned", () => {
    const disk = { resource: "disk", option: "mounts.sizeBytes", ...refused } as const;
    const both = specWith({ mounts: [small, large] });

    expect(shortageIn(full, specWith({ mounts: [small] }))).toEqual({ ...disk, limit: 1_000, path: "/small" });
    expect(shortageIn(`/large/f: ${full}`, both)).toEqual({ ...disk, limit: 9_000, path: "/large" });
    expect(shortageIn(full, both)).toEqual(disk);
  });

  test("disk: shared memory, and a quota of the engine", () => {
    expect(shortageIn("ENOSPC", specWith({ limits: { shmBytes: 5 } }))).toMatchObject({ path: "/dev/shm", limit: 5 });
    expect(shortageIn("disk quota exceeded", specWith({ limits: { disk: { bytes: 7, by: "engine" } } }))).toEqual({
      resource: "disk",
      option: "limits.disk.bytes",
      limit: 7,
      ...refused,
    });
  });

  test("nothing, where no such limit was set: the machine's own is for its owner to see to", () => {
    expect(shortageIn(full, specWith({ limits: { pids: 20, disk: { bytes: 7, by: "monitor" } } }))).toBeUndefined();
    expect(shortageIn(full, specWith({ mounts: [{ type: "tmpfs", target: "/free" }] }))).toBeUndefined();
    expect(shortageIn("read: Resource temporarily unavailable", specWith({ limits: { pids: 20 } }))).toBeUndefined();
    expect(shortageIn("all is well", specWith({ mounts: [small], limits: { pids: 1 } }))).toBeUndefined();
  });
});

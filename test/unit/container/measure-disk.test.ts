import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { measureDisk } from "../../../src/container/measure-disk.ts";
import type { ContainerInspection } from "../../../src/index.ts";
import { directoryWith } from "../support/plans.ts";

/** A container whose main process is this one. A colon is in every line of what the kernel says of a process's cgroups. */
const ours: ContainerInspection = {
  id: ":",
  pid: process.pid,
  labels: {},
  isRunning: true,
  isPaused: false,
  exitCode: 0,
  isOutOfMemory: false,
  name: "app-1",
  stopSignal: "SIGTERM",
  anonymousVolumes: [],
  ports: {},
};

beforeEach(({ skip }) => {
  skip(process.platform !== "linux", "the kernel shows no processes as files");
});

describe("a disk seen through a process", () => {
  test("is measured in bytes", async () => {
    await using directory = await directoryWith({ "a/file": "content" });

    const { usedBytes = 0, availableBytes = 0 } = (await measureDisk(ours, join(directory.path, "a"))) ?? {};

    expect(usedBytes + availableBytes).toBeGreaterThan(1_048_576);
  });

  test("is not told where nothing is, nor of a container that does not run", async () => {
    const { pid: _none, ...ended } = ours;

    expect(await measureDisk(ours, "/no/such/place")).toBeUndefined();
    expect(await measureDisk(ended, "/")).toBeUndefined();
  });

  test("is not told of a process that is in no group of the container's: its number is another namespace's", async () => {
    expect(await measureDisk({ ...ours, id: "0123456789abcdef" }, "/")).toBeUndefined();
  });

  test("is not told where a link is on the way, which may lead out of the container", async () => {
    await using directory = await directoryWith({});
    await mkdir(join(directory.path, "real"));
    await symlink(join(directory.path, "real"), join(directory.path, "link"));

    expect(await measureDisk(ours, join(directory.path, "real"))).toBeDefined();
    expect(await measureDisk(ours, join(directory.path, "link"))).toBeUndefined();
    expect(await measureDisk(ours, join(directory.path, "link", "below"))).toBeUndefined();
  });
});

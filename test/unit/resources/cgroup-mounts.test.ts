import { expect, test } from "vitest";
import { cgroupDirectories } from "../../../src/resources/cgroup/cgroup-mounts.ts";

const ID = "82e5d5c98522";

const version1 = [
  "26 1 0:22 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755",
  "27 26 0:23 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct",
  "29 26 0:25 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory",
  "31 26 0:27 / /sys/fs/cgroup/systemd rw - cgroup none rw,xattr,name=systemd",
  "33 26 0:29 / /sys/fs/cgroup/unified rw - cgroup2 none rw",
].join("\n");
const version2 = "33 26 0:29 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate";

test("with version 1, each controller has a directory of its own, even where version 2 is mounted beside it", () => {
  const membership = `8:pids:/docker/${ID}\n4:memory:/docker/${ID}\n2:cpu,cpuacct:/docker/${ID}\n0::/docker/${ID}\n`;

  const { unified, byController } = cgroupDirectories(membership, version1, ID);

  expect(unified).toBeUndefined();
  expect(Object.fromEntries(byController)).toEqual({
    memory: `/sys/fs/cgroup/memory/docker/${ID}`,
    cpu: `/sys/fs/cgroup/cpu,cpuacct/docker/${ID}`,
    cpuacct: `/sys/fs/cgroup/cpu,cpuacct/docker/${ID}`,
  });
});

test("with version 2, there is one directory", () => {
  const membership = `0::/system.slice/docker-${ID}.scope\n`;

  const { unified, byController } = cgroupDirectories(membership, version2, ID);

  expect(unified).toBe(`/sys/fs/cgroup/system.slice/docker-${ID}.scope`);
  expect(byController.size).toBe(0);
});

test("groups that a container makes for itself count with the one that the engine made for it", () => {
  const membership = `0::/system.slice/docker-${ID}.scope/init\n`;

  const { unified } = cgroupDirectories(membership, version2, ID);

  expect(unified).toBe(`/sys/fs/cgroup/system.slice/docker-${ID}.scope`);
});

test("a group that others are in as well is not the container's", () => {
  const membership = `8:pids:/docker/${ID}\n4:memory:/user.slice\n2:cpu,cpuacct:/docker/${ID}\n0::/user.slice\n`;

  expect([...cgroupDirectories(membership, version1, ID).byController.keys()]).not.toContain("memory");
  expect(cgroupDirectories(membership, version1, ID).unified).toBeUndefined();
});

test("where only a part of the tree is mounted, groups are found below it, and others not at all", () => {
  const mounts = "33 26 0:29 /outer /sys/fs/cgroup rw - cgroup2 cgroup2 rw";

  expect(cgroupDirectories(`0::/outer/docker/${ID}\n`, mounts, ID).unified).toBe(`/sys/fs/cgroup/docker/${ID}`);
  expect(cgroupDirectories(`0::/elsewhere/${ID}\n`, mounts, ID).unified).toBeUndefined();
});

test("what cannot be read leads nowhere", () => {
  expect(cgroupDirectories("", "", ID)).toEqual({ byController: new Map() });
  expect(cgroupDirectories("no line of this file", version2, ID)).toEqual({ byController: new Map() });
});

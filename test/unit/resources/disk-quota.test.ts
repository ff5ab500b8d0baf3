import { describe, expect, test } from "vitest";
import type { EngineFeatures } from "../../../src/index.ts";
import { diskQuota } from "../../../src/resources/disk-quota.ts";

const overlayOnXfs: EngineFeatures = {
  storageDriver: "overlay2",
  backingFileSystem: "xfs",
  dataDirectory: "/var/lib/docker",
  cgroupVersion: 2,
};

const rootMount = "22 1 254:0 / / rw,relatime - ext4 /dev/vda rw";
const xfsMount = (options: string, point = "/var/lib/docker"): string =>
  `40 22 7:0 / ${point} rw,relatime shared:20 - xfs /dev/loop0 ${options}`;

describe("a quota of the engine", () => {
  test("is possible with zfs, and not with btrfs, which counts the image", () => {
    expect(diskQuota({ ...overlayOnXfs, storageDriver: "zfs" }, "")).toBe("possible");
    expect(diskQuota({ ...overlayOnXfs, storageDriver: "btrfs" }, "")).toEqual({
      problem: "its storage driver, btrfs, counts what the image holds as well",
    });
  });

  test.for(["fuse-overlayfs", "overlayfs", "aufs"])("is not with %s", (storageDriver) => {
    expect(diskQuota({ ...overlayOnXfs, storageDriver }, "")).toEqual({
      problem: `its storage driver, ${storageDriver}, has no quotas`,
    });
  });

  test("is not with overlay2 on another file system than xfs", () => {
    expect(diskQuota({ ...overlayOnXfs, backingFileSystem: "extfs" }, "")).toEqual({
      problem: "its storage driver, overlay2, has quotas on an xfs file system only, and this is extfs",
    });
  });

  test("is possible on xfs that is mounted for it, and not on xfs that is not", () => {
    const mounted = (options: string): string => `${rootMount}\n${xfsMount(options)}\n`;

    expect(diskQuota(overlayOnXfs, mounted("rw,prjquota"))).toBe("possible");
    expect(diskQuota(overlayOnXfs, mounted("rw,noquota"))).toEqual({
      problem: "the xfs file system at /var/lib/docker is not mounted with `pquota`",
    });
  });

  test("is not known where the mounts are not those that the engine sees", () => {
    expect(diskQuota(overlayOnXfs, rootMount)).toBe("unknown");
    expect(diskQuota(overlayOnXfs, "")).toBe("unknown");
    expect(diskQuota(overlayOnXfs, `${rootMount}\n${xfsMount("rw,prjquota", "/var/lib/dock")}`)).toBe("unknown");
  });
});

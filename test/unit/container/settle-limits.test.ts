import { describe, expect, test } from "vitest";
import { settleLimits } from "../../../src/container/settle-limits.ts";
import { startContainer } from "../../../src/container/start-container.ts";
import type { ContainerSpec, ResourceLimits } from "../../../src/index.ts";
import { FakeBackend } from "../../../src/testing/index.ts";
import { outcomeOf } from "../support/outcome.ts";
import { planWith, specWith } from "../support/specs.ts";
import { refusal, requestFor, runtimeOn } from "../support/starts.ts";

const never = new AbortController().signal;

function settle(limits: ResourceLimits, backend = new FakeBackend()): Promise<ContainerSpec> {
  return settleLimits("app", specWith({ limits }), backend, never);
}

const quotas = { storageDriver: "zfs" };

describe("before a container is made", () => {
  test("the engine is asked nothing about limits that every engine keeps", async () => {
    const backend = new FakeBackend();
    const limits = { cpuCores: 1, cpuSet: "0", memoryBytes: 64_000_000, pids: 20, ulimits: { nofile: 1_000 } };

    expect((await settle(limits, backend)).limits).toEqual(limits);
    expect((await settle({ disk: { bytes: 1, by: "monitor" } }, backend)).limits.disk?.by).toBe("monitor");
    expect(backend.calls).toEqual([]);
  });

  test("it is decided who limits its disk: the engine, where it can", async () => {
    const disk = { bytes: 1_000_000 };

    expect((await settle({ disk })).limits.disk).toEqual({ bytes: 1_000_000, by: "monitor" });
    expect((await settle({ disk }, new FakeBackend({ features: quotas }))).limits.disk?.by).toBe("engine");
  });

  test("an engine that cannot limit its disk is told, although nobody made it yet", async () => {
    const backend = new FakeBackend();
    const plan = planWith({ spec: specWith({ limits: { disk: { bytes: 1_000_000, by: "engine" } } }) });

    expect(await outcomeOf(startContainer(requestFor(plan), runtimeOn(backend), never))).toMatchObject({
      code: "CLEANROOM_UNSUPPORTED",
      message:
        "app cannot have `limits.disk` by the engine: its storage driver, overlay2, has quotas on an xfs file system only, " +
        'and this is extfs. With `by: "monitor"` it is killed soon after it has written more; a tmpfs mount with ' +
        "`sizeBytes` refuses what is too much.",
    });
    expect(backend.methods).toEqual(["features"]);
  });

  test("swappiness is refused where the engine would leave it out", async () => {
    expect(await outcomeOf(settle({ swappiness: 10 }))).toMatchObject({
      code: "CLEANROOM_UNSUPPORTED",
      message:
        "app cannot have `limits.swappiness`: version 2 of cgroups, which its engine uses, has none. Leave it out, and limit " +
        "swap by `swapBytes`.",
    });
    const older = new FakeBackend({ features: { cgroupVersion: 1 } });
    expect((await settle({ swappiness: 10 }, older)).limits).toEqual({ swappiness: 10 });
  });

  test("a rate of its network is refused where the engine is elsewhere", async () => {
    const remote = new FakeBackend({ engine: { isLocal: false } });

    expect(await outcomeOf(settle({ networkBitsPerSecond: 8_000 }, remote))).toMatchObject({
      code: "CLEANROOM_UNSUPPORTED",
      message:
        "app cannot have `limits.networkBitsPerSecond`: the engine is not on this machine, so its networks cannot be reached.",
    });
  });

  test("kernel parameters of the machine are refused, though a customizer asks for them", async () => {
    const spec = specWith({ engineOptions: { HostConfig: { Sysctls: { "net.core.rmem_max": "1" } } } });

    expect(await outcomeOf(settleLimits("app", spec, new FakeBackend(), never))).toMatchObject({
      code: "CLEANROOM_CONFIGURATION",
      message:
        "app is not valid:\n  engineOptions.HostConfig.Sysctls.net.core.rmem_max: belongs to the whole machine, so no " +
        "container can have its own; set it where the engine runs",
    });
  });
});

describe("what the engine says of a limit that it cannot set", () => {
  const rlimit = (type: number): string =>
    `failed to create shim task: error setting rlimits for ready process: error setting rlimit type ${type}: operation not permitted: unknown`;

  async function startRefused(spec: Partial<ContainerSpec>, reason: string): Promise<unknown> {
    const backend = new FakeBackend({ features: { backingFileSystem: "xfs" } });
    backend.failNext("start", refusal("other", reason));
    return outcomeOf(startContainer(requestFor(planWith({ spec: specWith(spec) })), runtimeOn(backend), never));
  }

  test.for([
    [rlimit(7), "nofile", "NOFILE"],
    [rlimit(6), "nproc", "NPROC"],
    ["crun: setrlimit `RLIMIT_MEMLOCK`: Operation not permitted: OCI permission denied", "memlock", "MEMLOCK"],
  ] as const)("is told of the limit: %s", async ([reason, name, ending]) => {
    const ulimits = { core: 0, [name]: { soft: 1, hard: 30_000 } };

    expect(await startRefused({ limits: { ulimits } }, reason)).toMatchObject({
      code: "CLEANROOM_UNSUPPORTED",
      message:
        `app cannot have \`limits.ulimits.${name}\` of 30000: that is above the hard limit of the engine itself, which it ` +
        `cannot exceed. Lower it, or raise the engine's (Limit${ending}= of its systemd unit).`,
    });
  });

  test("is left as it is when nobody asked for such a limit", async () => {
    expect(await startRefused({}, rlimit(7))).toMatchObject({ code: "CLEANROOM_CREATION_REFUSED" });
    expect(await startRefused({ limits: { ulimits: { core: 0 } } }, rlimit(7))).toMatchObject({
      code: "CLEANROOM_CREATION_REFUSED",
    });
  });

  test("is told of the kernel parameter", async () => {
    const engineOptions = { HostConfig: { Sysctls: { "net.core.new_one": "1" } } };
    const reason = "open /proc/sys/net/core/new_one: permission denied: unknown";

    expect(await startRefused({ engineOptions }, reason)).toMatchObject({
      code: "CLEANROOM_UNSUPPORTED",
      message: `app cannot have \`engineOptions.HostConfig.Sysctls.net.core.new_one\` of its own: ${reason}`,
    });
  });

  test("is told of the disk, where it could not be known before", async () => {
    const backend = new FakeBackend({ features: { backingFileSystem: "xfs" }, engine: { isLocal: false } });
    const reason = "--storage-opt is supported only for overlay over xfs with 'pquota' mount option";
    backend.failNext("create", refusal("other", reason));
    const plan = planWith({ spec: specWith({ limits: { disk: { bytes: 1_000_000, by: "engine" } } }) });

    expect(await outcomeOf(startContainer(requestFor(plan), runtimeOn(backend), never))).toMatchObject({
      code: "CLEANROOM_UNSUPPORTED",
      message: expect.stringContaining(`by the engine: it says "${reason}".`) as unknown,
    });
    expect(backend.containers).toEqual([]);
  });
});

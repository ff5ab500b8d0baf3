import { describe, expect } from "vitest";
import type { GenericContainer } from "../../src/index.ts";
import { container } from "../../src/index.ts";
import * as engine from "../support/engine.ts";
import { images, test } from "../support/workspace.ts";

const MiB = 1024 * 1024;

/** The first of these files of the kernel that is there: version 1 of cgroups has one, version 2 another. */
async function kernelFile(service: GenericContainer, ...paths: readonly string[]): Promise<string> {
  const { stdout } = await service.exec(["sh", "-c", `cat ${paths.join(" ")} 2>/dev/null | head -n 40`]);
  return stdout.trim();
}

const groups = "/sys/fs/cgroup";

describe("a CPU limit", () => {
  const allowed = ["grep", "Cpus_allowed_list", "/proc/self/status"];

  test("pins every process to the cores that are named", async ({ workspace, skip }) => {
    const { services } = await workspace.start({
      pinned: container(images.service, { limits: { cpuSet: "0", cpuCores: 1 } }),
      free: container(images.service),
    });
    const free = (await services.free.exec(allowed)).stdout;
    skip(free === "Cpus_allowed_list:\t0\n", "the machine has a single core");

    expect((await services.pinned.exec(allowed)).stdout).toBe("Cpus_allowed_list:\t0\n");
    expect((await engine.inspectExisting(services.pinned.id)).HostConfig.CpusetCpus).toBe("0");
    expect((await engine.inspectExisting(services.free.id)).HostConfig.CpusetCpus).toBe("");
  });

  test("gives a weight, and lets the kernel throttle what takes more of a core than it may", async ({ workspace }) => {
    const { services } = await workspace.start({
      limited: container(images.service, { limits: { cpuCores: 0.1, cpuShares: 512 } }),
      free: container(images.service),
    });
    const throttled = async (service: GenericContainer): Promise<number> => {
      await service.exec(["perl", "-e", "1 while times < 0.1"]); // So long that a tenth of a core is not enough for it.
      const stat = await kernelFile(service, `${groups}/cpu/cpu.stat`, `${groups}/cpu.stat`);
      return Number(/^nr_throttled (\d+)$/m.exec(stat)?.[1] ?? 0);
    };

    expect(await throttled(services.limited)).toBeGreaterThan(0);
    expect(await throttled(services.free)).toBe(0);
    const { NanoCpus, CpuShares } = (await engine.inspectExisting(services.limited.id)).HostConfig;
    expect({ NanoCpus, CpuShares }).toEqual({ NanoCpus: 1e8, CpuShares: 512 });
    // runc turns 512 shares into a weight of 20, newer releases into one of 59.
    const weights = [`${groups}/cpu/cpu.shares`, `${groups}/cpu.weight`] as const;
    expect(await kernelFile(services.limited, ...weights)).toMatch(/^(512|20|59)$/);
    expect(await kernelFile(services.free, ...weights)).toMatch(/^(1024|39|100)$/);
  });
});

describe("a memory limit", () => {
  test("adds the swap that was asked for, none otherwise, and reserves", async ({ workspace, skip }) => {
    skip(!(await engine.limitsMemory()), "the engine cannot limit memory");
    const limits = { memoryBytes: 64 * MiB, memoryReservationBytes: 32 * MiB };
    const { services } = await workspace.start({
      swapping: container(images.service, { limits: { ...limits, swapBytes: 16 * MiB } }),
      plain: container(images.service, { limits: { memoryBytes: 64 * MiB } }),
    });
    const swapping = (await engine.inspectExisting(services.swapping.id)).HostConfig;
    const plain = (await engine.inspectExisting(services.plain.id)).HostConfig;
    const reserved = [`${groups}/memory/memory.soft_limit_in_bytes`, `${groups}/memory.low`] as const;

    expect(swapping).toMatchObject({ Memory: 64 * MiB, MemorySwap: 80 * MiB, MemoryReservation: 32 * MiB });
    expect(plain).toMatchObject({ Memory: 64 * MiB, MemorySwap: 64 * MiB, MemoryReservation: 0 });
    expect(await kernelFile(services.swapping, ...reserved)).toBe(String(32 * MiB));
    expect(await kernelFile(services.plain, ...reserved)).not.toBe(String(32 * MiB));
    const most = [`${groups}/memory/memory.memsw.limit_in_bytes`, `${groups}/memory.swap.max`] as const;
    expect(await kernelFile(services.swapping, ...most)).toMatch(new RegExp(`^(${80 * MiB}|${16 * MiB})$`));
    expect(await kernelFile(services.plain, ...most)).toMatch(new RegExp(`^(${64 * MiB}|0)$`));
  });

  test("sets swappiness where the kernel has it", async ({ workspace, skip }) => {
    const { CgroupVersion } = await engine.info();
    skip(CgroupVersion === "2", "version 2 of cgroups has no swappiness of its own; a unit test covers the refusal");
    const { services } = await workspace.start({
      calm: container(images.service, { limits: { memoryBytes: 64 * MiB, swappiness: 7 } }),
      plain: container(images.service, { limits: { memoryBytes: 64 * MiB } }),
    });

    expect(await kernelFile(services.calm, `${groups}/memory/memory.swappiness`)).toBe("7");
    expect(await kernelFile(services.plain, `${groups}/memory/memory.swappiness`)).not.toBe("7");
  });

  test("ends what exceeds it: the kernel kills, and nothing else", async ({ workspace, skip }) => {
    skip(!(await engine.limitsMemory()), "the engine cannot limit memory");
    const { services } = await workspace.start({
      web: container(images.service, { limits: { memoryBytes: 64 * MiB } }),
    });
    const take = (megabytes: number): Promise<{ exitCode: number }> =>
      services.web.exec(["perl", "-e", `my $taken = "x" x (${megabytes} * 1024 * 1024)`]);

    expect((await take(8)).exitCode).toBe(0);
    expect((await take(256)).exitCode).toBe(137);
  });
});

import { describe, expect, test } from "vitest";
import { checkProbe } from "../../../src/health/check-probe.ts";
import { parseDf, usedRatio } from "../../../src/health/disk-use.ts";
import { systemClock } from "../../../src/time/system-clock.ts";
import type { ContainerInspection, ContainerStats, Probe, ProbeTarget } from "../../../src/index.ts";
import { disk, healthCheck, memory, ProbeError, UnsupportedError } from "../../../src/index.ts";
import { outcomeOf } from "../support/outcome.ts";
import { targetAt } from "../support/servers.ts";
import { refusal } from "../support/starts.ts";

function see(probe: Probe, differences: Partial<ProbeTarget>): Promise<unknown> {
  return outcomeOf(checkProbe(probe, targetAt(1, differences), systemClock, new AbortController().signal));
}

const HEADER = "Filesystem     1024-blocks    Used Available Capacity Mounted on\n";

describe("the output of df", () => {
  test.for([
    ["coreutils", "overlay             61202244 8123456  49946700      15% /\n", 8_123_456, 49_946_700],
    ["busybox, full", "tmpfs                     1024      1024         0 100% /data\n", 1_024, 0],
    ["overdrawn by root", "/dev/vda1  1000 990 -40 104% /\n", 990, 0],
    ["a name and a place with blanks", "//nas/my share 300 100 200 34% /mnt/my place 50%\n", 100, 200],
    ["no capacity", "proc 0 0 0 - /proc\n", 0, 0],
  ] as const)("of %s is read", ([, row, usedKib, availableKib]) => {
    expect(parseDf(HEADER + row)).toEqual({ usedBytes: usedKib * 1_024, availableBytes: availableKib * 1_024 });
  });

  test.for(["", HEADER, "df: unknown option\n"])("that is something else is not: %j", (output) => {
    expect(parseDf(output)).toBeUndefined();
  });

  test("gives the ratio that an ordinary user has", () => {
    expect(usedRatio({ usedBytes: 90, availableBytes: 10 })).toBe(0.9);
    expect(usedRatio({ usedBytes: 10, availableBytes: 0 })).toBe(1);
    expect(usedRatio({ usedBytes: 0, availableBytes: 0 })).toBeUndefined();
  });
});

describe("a disk", () => {
  const used = (usedBytes: number): Partial<ProbeTarget> => ({
    measureDisk: () => Promise.resolve({ usedBytes, availableBytes: 1_000 - usedBytes }),
  });

  test("is healthy up to its limit and no further, at 100 per cent above all", async () => {
    expect(await see(disk(), used(900))).toBeUndefined();
    expect(await see(disk(), used(901))).toEqual(
      new ProbeError("90.1 % of the disk at / is used, at most 90 % may be"),
    );
    expect(await see(disk({ path: "/data", maxUsedRatio: 0.5 }), used(1_000))).toEqual(
      new ProbeError("100 % of the disk at /data is used, at most 50 % may be"),
    );
  });

  test("is measured by df where this process may not look", async () => {
    const commands: unknown[] = [];
    const exec: ProbeTarget["exec"] = (line) => {
      commands.push(line);
      return Promise.resolve({ exitCode: 0, stdout: `${HEADER}tmpfs 1024 1024 0 100% /data\n`, stderr: "" });
    };

    expect(await see(disk({ path: "/data" }), { exec })).toEqual(
      new ProbeError("100 % of the disk at /data is used, at most 90 % may be"),
    );
    expect(commands).toEqual([["df", "-P", "-k", "/data"]]);
  });

  test("that is not there is told in the words of df", async () => {
    const stderr = "df: /nowhere: No such file or directory\n";
    const exec: ProbeTarget["exec"] = () => Promise.resolve({ exitCode: 1, stdout: "", stderr });

    expect(await see(disk({ path: "/nowhere" }), { exec })).toEqual(
      new ProbeError(`df: exit code 1: ${stderr.trim()}`),
    );
  });

  test("that nobody can measure is told, since no waiting helps", async () => {
    const without: ProbeTarget["exec"] = () => Promise.reject(refusal("command-not-runnable"));
    const odd: ProbeTarget["exec"] = () => Promise.resolve({ exitCode: 0, stdout: "plenty", stderr: "" });

    expect(await see(disk(), { exec: without })).toEqual(
      new UnsupportedError("The disk at / can only be measured from inside, and the image has no program `df`."),
    );
    expect(await see(disk(), { exec: odd })).toBeInstanceOf(UnsupportedError);
    expect(
      await see(disk({ path: "/proc" }), { measureDisk: async () => ({ usedBytes: 0, availableBytes: 0 }) }),
    ).toEqual(new UnsupportedError("/proc is on a file system without a size. Probe another path."));
  });

  test("whose engine refuses otherwise is no end", async () => {
    const exec: ProbeTarget["exec"] = () => Promise.reject(refusal("conflict"));

    expect(await see(disk(), { exec })).toMatchObject({ code: "CLEANROOM_ENGINE_REQUEST" });
  });
});

describe("memory", () => {
  const using = (memoryBytes: number, memoryLimitBytes?: number): Partial<ProbeTarget> => {
    const limit = memoryLimitBytes === undefined ? {} : { memoryLimitBytes };
    const stats: ContainerStats = { memoryBytes, ...limit, cpuTimeMs: 0, pids: 1 };
    return { stats: () => Promise.resolve(stats) };
  };

  test("is healthy up to its share of the limit and no further", async () => {
    expect(await see(memory(), using(900, 1_000))).toBeUndefined();
    expect(await see(memory({ maxUsedRatio: 0.25 }), using(875, 1_000))).toEqual(
      new ProbeError("87.5 % of the memory is used, at most 25 % may be"),
    );
  });

  test("of a container whose limit the engine does not tell cannot be judged", async () => {
    expect(await see(memory(), using(900))).toBeInstanceOf(UnsupportedError);
    expect(await see(memory(), using(900, 0))).toBeInstanceOf(UnsupportedError);
  });
});

describe("the engine's health check", () => {
  const saying = (differences: Partial<ContainerInspection>): Partial<ProbeTarget> => ({
    inspect: () =>
      Promise.resolve({
        ...{ name: "app-1", stopSignal: "SIGTERM", anonymousVolumes: [] },
        ...{ id: "1", labels: {}, isRunning: true, isPaused: false, exitCode: 0, isOutOfMemory: false, ports: {} },
        ...differences,
      }),
  });

  test.for([
    [{ engineHealth: { status: "healthy", output: "fine" } }, undefined],
    [{ engineHealth: { status: "starting", output: "" } }, "the engine says starting"],
    [{ engineHealth: { status: "unhealthy", output: "no route\n" } }, "the engine says unhealthy: no route"],
    [{ engineHealth: { status: "healthy", output: "" }, isPaused: true }, "the container is paused"],
    [{ engineHealth: { status: "healthy", output: "" }, isRunning: false }, "the container does not run"],
  ] as const)("that says %o is seen as %j", async ([inspection, seen]) => {
    expect(await see(healthCheck(), saying(inspection))).toEqual(seen === undefined ? undefined : new ProbeError(seen));
  });

  test("that is not there is told, since no waiting helps", async () => {
    expect(await see(healthCheck(), saying({}))).toEqual(
      new UnsupportedError(
        "The container has no health check of the engine's. Give it one with `healthCheck`, or probe it in another way.",
      ),
    );
  });
});

import { describe, expect, test } from "vitest";
import type { ExecResult, FileStat, ProbeTarget } from "../../../src/index.ts";
import { command, file, ProbeError, UnsupportedError } from "../../../src/index.ts";
import { checkProbe } from "../../../src/health/check-probe.ts";
import { systemClock } from "../../../src/time/system-clock.ts";
import { ManualClock } from "../../../src/testing/index.ts";
import { outcomeOf } from "../support/outcome.ts";
import { targetAt } from "../support/servers.ts";
import { refusal } from "../support/starts.ts";

const { signal } = new AbortController();

function answering(result: Partial<ExecResult>): { target: ProbeTarget; commands: (readonly string[])[] } {
  const commands: (readonly string[])[] = [];
  const exec: ProbeTarget["exec"] = (line) => {
    commands.push(line);
    return Promise.resolve({ exitCode: 0, stdout: "", stderr: "", ...result });
  };
  return { target: targetAt(1, { exec }), commands };
}

function refusing(kind: "command-not-runnable" | "conflict"): ProbeTarget {
  return targetAt(1, { exec: () => Promise.reject(refusal(kind, "no such program")), isInMemory: () => true });
}

describe("a command", () => {
  const probe = command(["pg_isready", "-q"]);

  test("is healthy with exit code 0, and is run as it is given", async () => {
    const { target, commands } = answering({});

    await checkProbe(probe, target, systemClock, signal);

    expect(commands).toEqual([["pg_isready", "-q"]]);
  });

  test.for([
    [{ exitCode: 2, stdout: "out\n", stderr: " err\n" }, "exit code 2: err"],
    [{ exitCode: 2, stdout: "out\n" }, "exit code 2: out"],
    [{ exitCode: 2 }, "exit code 2"],
    [{ exitCode: 1, stderr: "x".repeat(300) }, `exit code 1: ${"x".repeat(200)}`],
  ] as const)("is not healthy with %o", async ([result, seen]) => {
    expect(await outcomeOf(checkProbe(probe, answering(result).target, systemClock, signal))).toEqual(
      new ProbeError(seen),
    );
  });

  test("can ask for another exit code, and for a text in the output", async () => {
    const asking = command(["nodetool", "status"], { exitCode: 3, outputIncludes: "UN" });

    await checkProbe(asking, answering({ exitCode: 3, stdout: "UN 10.0.0.1" }).target, systemClock, signal);

    expect(await outcomeOf(checkProbe(asking, answering({ stdout: "UN" }).target, systemClock, signal))).toEqual(
      new ProbeError("exit code 0: UN"),
    );
    expect(
      await outcomeOf(checkProbe(asking, answering({ exitCode: 3, stdout: "DN" }).target, systemClock, signal)),
    ).toEqual(new ProbeError("other output: DN"));
  });

  test("that the image does not have is told, since no waiting helps", async () => {
    const error = await outcomeOf(checkProbe(probe, refusing("command-not-runnable"), systemClock, signal));

    expect(error).toEqual(
      new UnsupportedError(
        "The command `pg_isready -q` cannot be run in the container: no such program\n" +
          "Name a program that the image has, or use no command.",
      ),
    );
  });

  test("that the engine refuses otherwise is no end", async () => {
    expect(await outcomeOf(checkProbe(probe, refusing("conflict"), systemClock, signal))).toMatchObject({
      code: "CLEANROOM_ENGINE_REQUEST",
    });
  });
});

describe("a file", () => {
  const path = "/run/ready";

  function holding(content: string | undefined): ProbeTarget {
    const stat: FileStat | undefined =
      content === undefined
        ? undefined
        : { sizeBytes: Buffer.byteLength(content), modifiedAtMs: 0, isDirectory: false };
    return targetAt(1, {
      statFile: (asked) => Promise.resolve(asked === path ? stat : undefined),
      readFile: () => Promise.resolve(Buffer.from(content ?? "")),
    });
  }

  test.for([
    [{}, "", undefined],
    [{}, undefined, "/run/ready is not there"],
    [{ minSizeBytes: 3 }, "äb", undefined],
    [{ minSizeBytes: 3 }, "ab", "/run/ready has 2 bytes"],
    [{ contentIncludes: "ok" }, "all ok\n", undefined],
    [{ contentIncludes: "ok" }, "not yet", "/run/ready has other content"],
    [{ absent: true }, undefined, undefined],
    [{ absent: true }, "", "/run/ready is there"],
  ] as const)("asked for with %o, with the content %j, is seen as %j", async ([options, content, seen]) => {
    const expected = seen === undefined ? undefined : new ProbeError(seen);

    expect(await outcomeOf(checkProbe(file(path, options), holding(content), systemClock, signal))).toEqual(expected);
    expect(await outcomeOf(checkProbe(file(path, options), inMemory(content), systemClock, signal))).toEqual(expected);
  });

  /** The same file where only a command in the container can see it. */
  function inMemory(content: string | undefined): ProbeTarget {
    return targetAt(1, { isInMemory: (asked) => asked === path, exec: shellWith(content).exec });
  }

  /** A shell in which the file at `path` has this content; `null` for a directory. */
  function shellWith(content: string | null | undefined): { exec: ProbeTarget["exec"]; scripts: string[] } {
    const scripts: string[] = [];
    const size = content === null ? "" : `${Buffer.byteLength(content ?? "")}\n`;
    const outputs = new Map([
      ['test -e "$0"', ""],
      ['test -d "$0" || wc -c <"$0"', size],
      ['test -d "$0" || cat "$0"', content ?? ""],
    ]);
    const exec: ProbeTarget["exec"] = ([shell, flag, script = "", ...args]) => {
      expect([shell, flag, args]).toEqual(["sh", "-c", [path]]);
      scripts.push(script);
      const stdout = outputs.get(script) ?? `unexpected ${script}`;
      return Promise.resolve({ exitCode: content === undefined ? 1 : 0, stdout, stderr: "" });
    };
    return { exec, scripts };
  }

  test("that is too large to be searched is not read", async () => {
    const sizeBytes = 64 * 1024 * 1024 + 1;
    const read: string[] = [];
    const target = targetAt(1, {
      statFile: () => Promise.resolve({ sizeBytes, modifiedAtMs: 0, isDirectory: false }),
      readFile: (asked) => {
        read.push(asked);
        return Promise.resolve(Buffer.from("ok"));
      },
    });

    const error = await outcomeOf(checkProbe(file(path, { contentIncludes: "ok" }), target, systemClock, signal));

    expect(error).toEqual(new ProbeError("/run/ready has 67108865 bytes; more than 67108864 are not searched"));
    expect(read).toEqual([]);
  });

  test("in memory is read only when its content is asked for", async () => {
    const { exec, scripts } = shellWith("content");

    await checkProbe(file(path), targetAt(1, { isInMemory: () => true, exec }), systemClock, signal);

    expect(scripts).toEqual(['test -e "$0"']);
  });

  test("in memory that is a directory is there", async () => {
    const target = targetAt(1, { isInMemory: () => true, exec: shellWith(null).exec });

    expect(await outcomeOf(checkProbe(file(path), target, systemClock, signal))).toBeUndefined();
    expect(await outcomeOf(checkProbe(file(path, { absent: true }), target, systemClock, signal))).toEqual(
      new ProbeError("/run/ready is there"),
    );
    expect(await outcomeOf(checkProbe(file(path, { minSizeBytes: 1 }), target, systemClock, signal))).toEqual(
      new ProbeError("/run/ready has 0 bytes"),
    );
  });

  test("may be asked to have been changed of late, in memory as well", async () => {
    const clock = new ManualClock(1_000_000);
    const onDisk = (modifiedAtMs: number): ProbeTarget =>
      targetAt(1, { statFile: () => Promise.resolve({ sizeBytes: 0, modifiedAtMs, isDirectory: false }) });
    const inMemory = (modifiedAtMs: number): ProbeTarget =>
      targetAt(1, {
        isInMemory: () => true,
        exec: ([, , script]) => {
          const stdout = script === 'stat -c %Y "$0"' ? `${modifiedAtMs / 1_000}\n` : "";
          return Promise.resolve({ exitCode: 0, stdout, stderr: "" });
        },
      });
    const probe = file(path, { modifiedWithinMs: 5_000 });

    for (const place of [onDisk, inMemory]) {
      expect(await outcomeOf(checkProbe(probe, place(995_000), clock, signal))).toBeUndefined();
      expect(await outcomeOf(checkProbe(probe, place(994_000), clock, signal))).toEqual(
        new ProbeError("/run/ready was changed 6 s ago"),
      );
    }
  });

  test("in memory, whose age nothing in the image tells, is told; one that has just gone is not there", async () => {
    const answeringStat = (exitCode: number): ProbeTarget =>
      targetAt(1, {
        isInMemory: () => true,
        exec: ([, , script]) =>
          Promise.resolve(
            script?.startsWith("stat") === true
              ? { exitCode, stdout: "", stderr: "cannot stat\n" }
              : { exitCode: 0, stdout: "", stderr: "" },
          ),
      });
    const probe = file(path, { modifiedWithinMs: 5_000 });

    expect(await outcomeOf(checkProbe(probe, answeringStat(127), systemClock, signal))).toBeInstanceOf(
      UnsupportedError,
    );
    expect(await outcomeOf(checkProbe(probe, answeringStat(1), systemClock, signal))).toEqual(
      new ProbeError("cannot stat"),
    );
  });

  test("that is a link is the file it leads to, in memory as well", async () => {
    const link: FileStat = { sizeBytes: 10, modifiedAtMs: 0, isDirectory: false, linkTarget: path };
    const linked = (target: ProbeTarget): ProbeTarget => ({
      ...target,
      statFile: async (asked, ...rest) => (asked === "/link" ? link : target.statFile(asked, ...rest)),
    });
    const probe = file("/link", { contentIncludes: "ok", minSizeBytes: 2 });

    for (const place of [holding, inMemory]) {
      expect(await outcomeOf(checkProbe(probe, linked(place("ok")), systemClock, signal))).toBeUndefined();
      expect(await outcomeOf(checkProbe(probe, linked(place("o")), systemClock, signal))).toEqual(
        new ProbeError("/link has 1 bytes"),
      );
      expect(await outcomeOf(checkProbe(probe, linked(place(undefined)), systemClock, signal))).toEqual(
        new ProbeError("/link is not there"),
      );
    }
  });

  test("in memory, in an image without a shell, is told, since no waiting helps", async () => {
    const error = await outcomeOf(checkProbe(file(path), refusing("command-not-runnable"), systemClock, signal));

    expect(error).toEqual(
      new UnsupportedError(
        "/run/ready is on a tmpfs mount, which can only be seen from inside, and the image has no shell. Probe another path.",
      ),
    );
  });
});

import { describe, expect, test } from "vitest";
import type { ExecResult, FileStat, ProbeTarget } from "../../../src/index.ts";
import { command, file, ProbeError, UnsupportedError } from "../../../src/index.ts";
import { checkProbe } from "../../../src/health/check-probe.ts";
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

    await checkProbe(probe, target, signal);

    expect(commands).toEqual([["pg_isready", "-q"]]);
  });

  test.for([
    [{ exitCode: 2, stdout: "out\n", stderr: " err\n" }, "exit code 2: err"],
    [{ exitCode: 2, stdout: "out\n" }, "exit code 2: out"],
    [{ exitCode: 2 }, "exit code 2"],
    [{ exitCode: 1, stderr: "x".repeat(300) }, `exit code 1: ${"x".repeat(200)}`],
  ] as const)("is not healthy with %o", async ([result, seen]) => {
    expect(await outcomeOf(checkProbe(probe, answering(result).target, signal))).toEqual(new ProbeError(seen));
  });

  test("can ask for another exit code, and for a text in the output", async () => {
    const asking = command(["nodetool", "status"], { exitCode: 3, outputIncludes: "UN" });

    await checkProbe(asking, answering({ exitCode: 3, stdout: "UN 10.0.0.1" }).target, signal);

    expect(await outcomeOf(checkProbe(asking, answering({ stdout: "UN" }).target, signal))).toEqual(
      new ProbeError("exit code 0: UN"),
    );
    expect(await outcomeOf(checkProbe(asking, answering({ exitCode: 3, stdout: "DN" }).target, signal))).toEqual(
      new ProbeError("other output: DN"),
    );
  });

  test("that the image does not have is told, since no waiting helps", async () => {
    const error = await outcomeOf(checkProbe(probe, refusing("command-not-runnable"), signal));

    expect(error).toEqual(
      new UnsupportedError(
        "The health probe's command `pg_isready -q` cannot be run: no such program\n" +
          "Name a program that the image has, or use another probe.",
      ),
    );
  });

  test("that the engine refuses otherwise is no end", async () => {
    expect(await outcomeOf(checkProbe(probe, refusing("conflict"), signal))).toMatchObject({
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

    expect(await outcomeOf(checkProbe(file(path, options), holding(content), signal))).toEqual(expected);
    expect(await outcomeOf(checkProbe(file(path, options), inMemory(content), signal))).toEqual(expected);
  });

  /** The same file where only a command in the container can see it. */
  function inMemory(content: string | undefined): ProbeTarget {
    const exec: ProbeTarget["exec"] = (line) => {
      expect(line).toEqual(["sh", "-c", 'test -e "$0" && cat "$0"', path]);
      return Promise.resolve({ exitCode: content === undefined ? 1 : 0, stdout: content ?? "", stderr: "" });
    };
    return targetAt(1, { isInMemory: (asked) => asked === path, exec });
  }

  test("in memory, in an image without a shell, is told, since no waiting helps", async () => {
    const error = await outcomeOf(checkProbe(file(path), refusing("command-not-runnable"), signal));

    expect(error).toEqual(
      new UnsupportedError(
        "/run/ready is on a tmpfs mount, which can only be seen from inside, and the image has no shell. Probe another path.",
      ),
    );
  });
});

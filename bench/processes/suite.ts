import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { Run } from "../harness/target.ts";
import { TemporaryDirectory } from "../harness/temporary-directory.ts";

/** How many tests every file has: what `case.ts` of every suite says. */
export const TESTS_PER_FILE = 10;

/** What a suite's files import by name. */
const packages = ["@jest", "@testcontainers", "jest", "pg", "testcontainers", "ts-jest", "vitest"];

const repository = fileURLToPath(new URL("../..", import.meta.url));

/** A project of vitest, one of `bench/suites`, whose one file of tests is there many times. Dispose it to remove it. */
export class Suite implements Disposable {
  /** Its directory. */
  readonly path: string;

  readonly #directory = new TemporaryDirectory();
  readonly #tests: number;

  /** @param name - Its folder in `bench/suites`. */
  constructor(name: string, files: number) {
    this.#tests = files * TESTS_PER_FILE;
    const top = this.#directory.path;
    cpSync(join(repository, "bench/suites"), top, { recursive: true });
    writeFileSync(join(top, "package.json"), JSON.stringify({ private: true, type: "module" }));
    mkdirSync(join(top, "node_modules"));
    linkPackage("cleanroom-test", repository, top);
    for (const each of packages) linkPackage(each, join(repository, "node_modules", each), top);
    this.path = join(top, name);
    for (let file = 1; file <= files; file++) {
      cpSync(join(this.path, "case.ts"), join(this.path, `case-${file}.test.ts`));
    }
  }

  /**
   * How long `vitest run` takes, from its start to its end, in milliseconds. All tests must pass.
   *
   * @param environment - Variables in addition to this process's.
   */
  async timeOf(run: Run, environment: Readonly<Record<string, string>> = {}): Promise<number> {
    run.signal.throwIfAborted();
    const startedAtMs = performance.now();
    const child = spawn(process.execPath, [join(repository, "node_modules/vitest/vitest.mjs"), "run"], {
      cwd: this.path,
      env: { ...process.env, NO_COLOR: "1", BENCH_LABELS: JSON.stringify(run.labels), ...environment },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true, // A process group of its own: workers end with it.
    });
    const kill = (): void => void process.kill(-child.pid!, "SIGKILL");
    run.signal.addEventListener("abort", kill, { once: true });
    try {
      const outputs = Promise.all([text(child.stdout), text(child.stderr)]);
      const [exitCode] = (await once(child, "exit")) as [number | null];
      const tookMs = performance.now() - startedAtMs;
      run.signal.throwIfAborted();
      const output = (await outputs).join("");
      if (exitCode === 0 && output.includes(`${this.#tests} passed`)) return tookMs;
      throw new Error(`vitest ended with ${exitCode ?? "a signal"}:\n${output}`);
    } finally {
      run.signal.removeEventListener("abort", kill);
    }
  }

  [Symbol.dispose](): void {
    this.#directory[Symbol.dispose]();
  }
}

function linkPackage(name: string, target: string, project: string): void {
  symlinkSync(target, join(project, "node_modules", name), "junction");
}

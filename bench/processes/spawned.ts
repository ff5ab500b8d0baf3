import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Interface } from "node:readline";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Run } from "../harness/target.ts";

/** How to run a program. */
export interface SpawnOptions {
  /** Its working directory, and so the project that it belongs to. */
  readonly directory: string;
  /** Aborts when the run is interrupted. */
  readonly run: Run;
  /** Variables in addition to this process's. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A program of `bench/programs` in a process of its own. It finds the run's labels in `BENCH_LABELS`. */
export class Spawned implements Disposable {
  readonly child: ChildProcess;
  readonly #exited: Promise<unknown[]>;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;

  constructor(program: string, { directory, run, environment = {} }: SpawnOptions) {
    const script = fileURLToPath(new URL(`../programs/${program}.mjs`, import.meta.url));
    const env = { ...process.env, BENCH_LABELS: JSON.stringify(run.labels), ...environment };
    this.child = spawn(process.execPath, [script], {
      cwd: directory,
      env,
      stdio: ["pipe", "pipe", "inherit"],
      signal: run.signal,
    });
    this.child.on("error", () => undefined); // An abort; whoever waits for its end is told.
    this.#exited = once(this.child, "exit");
    this.#exited.catch(() => undefined);
    this.#reader = createInterface({ input: this.child.stdout! });
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  /** The next line that it writes. */
  async line(): Promise<string> {
    const next = await this.#lines.next();
    if (next.done === true) throw new Error(`${this.child.spawnargs.at(-1)} ended before it wrote another line.`);
    return next.value;
  }

  /** Sends it a line. */
  tell(line: string): void {
    this.child.stdin?.write(`${line}\n`);
  }

  /** Resolves once it has ended by itself. */
  async end(): Promise<void> {
    const [exitCode] = (await this.#exited) as [number | null];
    if (exitCode !== 0) throw new Error(`${this.child.spawnargs.at(-1)} ended with ${exitCode ?? "a signal"}.`);
  }

  /** Kills it, at once, if it still runs. */
  [Symbol.dispose](): void {
    this.#reader.close();
    if (this.child.exitCode === null) this.child.kill("SIGKILL");
  }
}

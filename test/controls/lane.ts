import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { root } from "../support/source-tree.ts";
import type { NamedTest, Off } from "./control.ts";
import type { TestRun } from "./run-tests.ts";
import { runTests } from "./run-tests.ts";
import { removeTraces } from "./traces.ts";

/** What a copy of the repository does without: it is made by programs, or no test of the source needs it. */
const LEFT_OUT = new Set(["node_modules", "dist", ".git", ".toolchain", "coverage"]);

/**
 * A copy of the repository in which one test at a time is run, with a temporary directory of its own: what a test makes, its
 * state directory included, lies in there. Dispose it to remove the copy and whatever tests have left.
 */
export class Lane implements AsyncDisposable {
  readonly #directory: string;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  static async create(): Promise<Lane> {
    const lane = new Lane(await mkdtemp(join(tmpdir(), "crc-"))); // Short: the paths of sockets are.
    await cp(root, lane.#tree, {
      recursive: true,
      filter: (path) => path === root || !LEFT_OUT.has(basename(path)),
    });
    await symlink(join(root, "node_modules"), join(lane.#tree, "node_modules"), "junction");
    await mkdir(lane.#temporary);
    return lane;
  }

  /** Runs tests of one file on the source as it is. */
  async run(test: Omit<NamedTest, "name">, names: readonly string[], signal: AbortSignal): Promise<TestRun> {
    try {
      const cache = join(this.#directory, "cache");
      return await runTests({ ...test, names, tree: this.#tree, temporary: this.#temporary, cache, signal });
    } finally {
      await removeTraces(this.#temporary);
    }
  }

  /** Does something while a feature is switched off. */
  async without<T>({ file, find, replace }: Off, work: () => Promise<T>): Promise<T> {
    const path = join(this.#tree, file);
    const source = await readFile(path, "utf8");
    await writeFile(
      path,
      source.replace(find, () => replace),
    );
    try {
      return await work();
    } finally {
      await writeFile(path, source);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await removeTraces(this.#temporary);
    await rm(this.#directory, { recursive: true, force: true });
  }

  get #tree(): string {
    return join(this.#directory, "tree");
  }

  get #temporary(): string {
    return join(this.#directory, "t");
  }
}

import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, onTestFinished, vi } from "vitest";
import { openStateDirectory } from "../../src/coordinator/state-directory.ts";
import { containersLabelled, networksLabelled, nextEvent, watchContainers } from "./engine.ts";
import type { ProcessRun, ProcessRunOptions } from "./run-process.ts";

/** A test runner, and where the small projects are that are run by it. */
export interface Runner<Run extends ProcessRun> {
  /** Name of their folder in `test/projects`. */
  readonly folder: string;
  /** Runs the project in a directory. */
  run(root: string, options: RunnerOptions): Promise<Run>;
}

/** What a run can be given. */
export interface RunnerOptions extends Omit<ProcessRunOptions, "cwd"> {
  /** Further arguments. */
  readonly args?: readonly string[];
}

/** What a run of a project can be given. */
export interface JudgeOptions extends RunnerOptions {
  /** Where the project is; in the repository when absent. */
  readonly root?: string;
}

/** What came of a run, as the engine says. */
export interface Judged {
  /** The services whose containers the engine made during the run, in alphabetical order. */
  readonly created: readonly string[];
}

/** Somebody who runs tests, with a state directory of their own: what is theirs carries its label. */
export class Developer<Run extends ProcessRun> {
  readonly #runner: Runner<Run>;
  readonly #label: string;
  readonly #stateDirectory: string;

  private constructor(runner: Runner<Run>, stateDirectory: string, owner: string) {
    this.#runner = runner;
    this.#stateDirectory = stateDirectory;
    this.#label = `dev.cleanroom.owner=${owner}`;
  }

  static async create<Run extends ProcessRun>(runner: Runner<Run>): Promise<Developer<Run>> {
    const stateDirectory = await mkdtemp(join(tmpdir(), "cr-")); // Sockets lie there, so its path is short.
    onTestFinished(() => rm(stateDirectory, { recursive: true, force: true }));
    const { owner } = await openStateDirectory({ stateDirectory });
    return new Developer(runner, stateDirectory, owner);
  }

  /** Runs one of the small projects and asks the engine what came of it. */
  async run(project: string, options: JudgeOptions = {}): Promise<Run & Judged> {
    const { env, root = projectRoot(this.#runner, project), ...rest } = options;
    const created: string[] = [];
    // As it happens: the engine remembers few events, and those of others are among them.
    using _watch = await watchContainers(this.#label, ({ Action, Actor }) => {
      if (Action === "create") created.push(Actor.Attributes["dev.cleanroom.service"] ?? "");
    });
    const run = await this.#runner.run(root, { env: { CLEANROOM_STATE_DIR: this.#stateDirectory, ...env }, ...rest });
    return { ...run, created: created.toSorted() };
  }

  /** Resolves when this next happens to a container of theirs, for example `start`. */
  next(event: string): Promise<void> {
    return nextEvent(this.#label, event);
  }

  /** Removes what is kept, as with the command line. */
  async down(): Promise<void> {
    const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));
    const env = { ...process.env, CLEANROOM_STATE_DIR: this.#stateDirectory };
    await promisify(execFile)(process.execPath, [cli, "down", "--all"], { env });
  }

  /** How many containers and networks the engine has of theirs. */
  async leftovers(): Promise<number> {
    const left = await Promise.all([containersLabelled(this.#label), networksLabelled(this.#label)]);
    return left.flat().length;
  }

  /** Fails unless their last coordinator has ended, or ends within a time that is long for a few removals. */
  async expectNoCoordinator(timeoutMs = 5000): Promise<void> {
    await vi.waitFor(async () => expect(await this.#lastWords()).toContain("Nothing is left to look after."), {
      timeout: timeoutMs,
    });
  }

  async #lastWords(): Promise<string> {
    const paths = await readdir(this.#stateDirectory, { recursive: true });
    const log = paths.find((path) => path.endsWith("coordinator.log"));
    const text = log === undefined ? "" : await readFile(join(this.#stateDirectory, log), "utf8");
    return text.trimEnd().split("\n").at(-1) ?? "";
  }
}

/** Where a small project is. */
export function projectRoot({ folder }: Pick<Runner<never>, "folder">, project: string): string {
  return fileURLToPath(new URL(`../projects/${folder}/${project}`, import.meta.url));
}

/** One run by somebody who has done nothing else; nothing is left of it when it ends. */
export async function judge<Run extends ProcessRun>(
  runner: Runner<Run>,
  project: string,
  options: JudgeOptions = {},
): Promise<Run & Judged> {
  const developer = await Developer.create(runner);
  const run = await developer.run(project, options);
  expect(await developer.leftovers()).toBe(0);
  await developer.expectNoCoordinator();
  return run;
}

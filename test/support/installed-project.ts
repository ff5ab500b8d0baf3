import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, cp, mkdtemp, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { vi } from "vitest";
import { openStateDirectory } from "../../src/coordinator/state-directory.ts";
import { containersLabelled, networksLabelled, watchContainers } from "./engine.ts";
import { runningCoordinators } from "./running-coordinators.ts";
import { root } from "./source-tree.ts";

/** What a command did. */
interface CommandRun {
  readonly exitCode: number;
  /** Both of its outputs, without colours. */
  readonly output: string;
  /** When its process had ended, in milliseconds since 1970. */
  readonly endedAtMs: number;
}

/** A run of a project's tests, as they themselves, the engine and the operating system saw it. */
export interface InstalledRun extends CommandRun {
  /** The processes that tests ran in. */
  readonly workers: ReadonlySet<string>;
  /** The databases that they used, as PostgreSQL calls them. */
  readonly databases: ReadonlySet<string>;
  /** The services whose containers the engine made. */
  readonly created: readonly string[];
  /** How many coordinators ran when it made the last of them. */
  readonly coordinators: number;
  /** When the engine had removed the last of them, in milliseconds since 1970; 0 when it never did. */
  readonly removedAtMs: number;
  /** What the engine had left of them when the process had ended, and the coordinators that ran a few seconds later. */
  readonly leftovers: readonly string[];
}

/**
 * A copy of one of the small projects in `test/projects/installed`, outside of the repository, with the packed package beside
 * its package.json. Disposing removes it.
 */
export class InstalledProject implements AsyncDisposable {
  readonly #directory: string;
  readonly #stateDirectory: string;
  readonly #label: string;
  readonly #lines: readonly string[];

  private constructor(directory: string, lines: readonly string[], state: { path: string; owner: string }) {
    this.#directory = directory;
    this.#lines = lines;
    this.#stateDirectory = state.path;
    this.#label = `dev.cleanroom.owner=${state.owner}`;
  }

  /** Copies a project. */
  static async create(name: string, tarball: string): Promise<InstalledProject> {
    const directory = await realpath(await mkdtemp(join(tmpdir(), `cleanroom-installed-${name}-`)));
    await cp(join(root, "test", "projects", "installed", name), directory, { recursive: true });
    await copyFile(tarball, join(directory, "cleanroom-test.tgz"));
    const [, lines = ""] = /^```sh\n([^]*?)^```$/m.exec(await readFile(join(directory, "README.md"), "utf8")) ?? [];
    const stateDirectory = await mkdtemp(join(tmpdir(), "cr-")); // Sockets lie there, so its path is short.
    const { owner } = await openStateDirectory({ stateDirectory });
    return new InstalledProject(directory, lines.trim().split("\n"), { path: stateDirectory, owner });
  }

  /**
   * Does what its README says, but for the last line, which runs the tests.
   *
   * @throws Error with what a command wrote that failed.
   */
  async setUp(): Promise<void> {
    for (const line of this.#lines.slice(0, -1)) {
      const { exitCode, output } = await this.run(line);
      if (exitCode !== 0) throw new Error(`${line} failed:\n${output}`);
    }
  }

  /** Runs its tests by the last line of its README, and looks at what comes of it. */
  async test(env: Readonly<Record<string, string>> = {}, args = ""): Promise<InstalledRun> {
    const created: string[] = [];
    let [coordinators, removedAtMs] = [0, 0];
    using _watch = await watchContainers(this.#label, ({ Action, Actor, timeNano }) => {
      if (Action === "destroy") removedAtMs = timeNano / 1e6;
      if (Action !== "create") return;
      created.push(Actor.Attributes["dev.cleanroom.service"] ?? "");
      coordinators = this.#coordinators.length;
    });
    const notes = join(this.#directory, "notes");
    await rm(notes, { force: true });
    const run = await this.run(`${this.#lines.at(-1) ?? ""}${args}`, { NOTES: notes, ...env });
    const left = await this.#left();
    // The engine tells of what has happened a moment later, and a coordinator ends when it has nothing left to do.
    const isQuiet = (): boolean => (created.length === 0 || removedAtMs > 0) && this.#coordinators.length === 0;
    await vi.waitUntil(isQuiet, 5000).catch(() => undefined);
    const leftovers = [...left, ...this.#coordinators.map((pid) => `coordinator ${pid}`)];
    const noted = (await readFile(notes, "utf8").catch(() => "")).split("\n").filter((line) => line !== "");
    const [workers, databases] = [0, 1].map((column) => new Set(noted.map((line) => line.split(" ")[column] ?? "")));
    return { ...run, workers: workers!, databases: databases!, created, coordinators, removedAtMs, leftovers };
  }

  /** Runs a command as somebody does who types it. */
  async run(line: string, env: Readonly<Record<string, string>> = {}): Promise<CommandRun> {
    // What this very run of vitest has set for its own workers is not the other's concern.
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("VITEST") && name !== "TEST");
    const child = spawn(line, {
      cwd: this.#directory,
      shell: true,
      env: {
        ...Object.fromEntries(inherited),
        ...npmSettings,
        NO_COLOR: "1",
        CI: "true",
        CLEANROOM_STATE_DIR: this.#stateDirectory,
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: 240_000,
    });
    const outputs = Promise.all([text(child.stdout), text(child.stderr)]);
    const [exitCode] = (await once(child, "exit")) as [number | null];
    const endedAtMs = Date.now();
    return { exitCode: exitCode ?? 1, output: (await outputs).join(""), endedAtMs };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#directory, { recursive: true, force: true });
    await rm(this.#stateDirectory, { recursive: true, force: true });
  }

  get #coordinators(): readonly number[] {
    return runningCoordinators(this.#stateDirectory);
  }

  /** The names of the containers and networks that the engine has of it. */
  async #left(): Promise<readonly string[]> {
    const [containers, networks] = [await containersLabelled(this.#label), await networksLabelled(this.#label)];
    return [...containers.flatMap(({ Names }) => Names), ...networks.map(({ Name }) => Name)];
  }
}

/** What makes an installation fast, and independent of compilers, and changes nothing that is used here. */
const npmSettings = {
  npm_config_prefer_offline: "true",
  npm_config_ignore_scripts: "true", // Of optional dependencies, which would be compiled.
  npm_config_audit: "false",
  npm_config_fund: "false",
};

import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, test as base, vi } from "vitest";
import type { CoordinatorPaths, StateDirectory } from "../../src/coordinator/state-directory.ts";
import { openCoordinatorPaths, openStateDirectory } from "../../src/coordinator/state-directory.ts";
import { packageVersion } from "../../src/config/package-version.ts";
import * as engine from "./engine.ts";
import { runningCoordinators } from "./running-coordinators.ts";

/** The engine that clients use unless they are told otherwise. */
export const endpoint = `unix://${engine.socketPath}`;

/** A process that does what it is told, a line at a time, and says a line when it has. */
export class Client {
  readonly process: ChildProcessWithoutNullStreams;
  readonly #lines: string[] = [];
  readonly #waiting: ((line: string) => void)[] = [];

  constructor(program: string, args: readonly string[], variables: Readonly<Record<string, string>>) {
    const path = fileURLToPath(new URL(`../docker/coordinator/programs/${program}.ts`, import.meta.url));
    const { PATH = "", HOME = "" } = process.env;
    this.process = spawn(process.execPath, [path, ...args], { env: { PATH, HOME, ...variables } });
    this.process.stderr.on("data", (data: Buffer) => {
      this.#hear(`failed: ${data.toString()}`);
    });
    this.process.stdin.on("error", () => undefined);
    createInterface({ input: this.process.stdout }).on("line", (line) => {
      this.#hear(line);
    });
    // Not at its exit, which may be told before the last line that it said.
    this.process.once("close", (code: number | null, signal: NodeJS.Signals | null) => {
      this.#hear(`failed: it ended (${String(signal ?? code)})`);
    });
  }

  /** Tells it to do something; resolves with what it says. */
  tell(word: string): Promise<string> {
    this.process.stdin.write(`${word}\n`);
    return this.said();
  }

  /** The next line that it says. */
  said(): Promise<string> {
    const line = this.#lines.shift();
    if (line !== undefined) return Promise.resolve(line);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Ends it, if it still runs. */
  async kill(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const exited = once(this.process, "exit");
    this.process.kill("SIGKILL");
    await exited;
  }

  #hear(line: string): void {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#lines.push(line);
    else waiting(line);
  }
}

/** A state directory that nobody else uses. Disposing fails when anything of it is left. */
export class Grounds implements AsyncDisposable {
  readonly directory: string;
  readonly state: StateDirectory;
  readonly #clients: Client[] = [];

  private constructor(directory: string, state: StateDirectory) {
    this.directory = directory;
    this.state = state;
  }

  static async create(): Promise<Grounds> {
    const directory = await mkdtemp(join(tmpdir(), "cr-")); // Short: socket paths are.
    return new Grounds(directory, await openStateDirectory({ stateDirectory: directory }));
  }

  /** Starts a process; resolves when it listens to what it is told. */
  async client(
    program: "seats" | "services" | "divided" | "pulls",
    variables: Readonly<Record<string, string>> = {},
  ): Promise<Client> {
    const client = new Client(program, [this.directory], {
      CLEANROOM_STATE_DIR: this.directory,
      DOCKER_HOST: endpoint,
      ...variables,
    });
    this.#clients.push(client);
    expect(await client.said()).toBe("there");
    return client;
  }

  /** Where the coordinator for an engine is. */
  paths(ofEndpoint = endpoint, version = packageVersion()): Promise<CoordinatorPaths> {
    return openCoordinatorPaths(this.state, ofEndpoint, version);
  }

  /** What coordinators said about themselves. */
  get log(): string {
    const logs = readdirSync(this.directory, { recursive: true })
      .map(String)
      .filter((file) => file.endsWith("coordinator.log"));
    return logs.map((file) => readFileSync(join(this.directory, file), "utf8")).join("");
  }

  /** The coordinators that run. */
  get coordinators(): readonly number[] {
    return runningCoordinators(this.directory);
  }

  /** Kills the coordinators that run; resolves when they are gone. */
  async killCoordinators(): Promise<void> {
    const killed = this.coordinators;
    for (const pid of killed) process.kill(pid, "SIGKILL");
    await vi.waitUntil(() => !this.coordinators.some((pid) => killed.includes(pid)), { timeout: 10_000, interval: 5 });
  }

  /** Resolves when exactly one coordinator runs: others that were started at the same moment end at once. */
  async settled(): Promise<void> {
    await vi.waitUntil(() => this.coordinators.length === 1, { timeout: 20_000, interval: 5 });
  }

  /** Resolves when no coordinator runs any more. */
  async quiet(): Promise<void> {
    await vi.waitUntil(() => this.coordinators.length === 0, { timeout: 20_000, interval: 20 });
  }

  /** The containers that the engine has of this state directory. */
  async containers(): Promise<readonly string[]> {
    return (await engine.containersLabelled(this.#label)).map(({ Id }) => Id);
  }

  /** Removes what the test itself put there. */
  async discard(...paths: readonly string[]): Promise<void> {
    for (const path of paths) await rm(path, { recursive: true, force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) await client.kill();
    await this.quiet().catch(() => undefined);
    const running = this.coordinators;
    const [containers, networks] = [
      await engine.containersLabelled(this.#label),
      await engine.networksLabelled(this.#label),
    ];
    const sockets = this.#temporaryFiles();
    const { log } = this;
    await this.killCoordinators();
    for (const { Id } of containers) await engine.removeContainer(Id);
    for (const { Id } of networks) await engine.removeNetwork(Id);
    await rm(this.directory, { recursive: true, force: true });
    const left = [...containers.map(({ Id }) => Id), ...networks.map(({ Name }) => Name), ...sockets];
    expect({ left, running }, log).toEqual({ left: [], running: [] });
  }

  get #label(): string {
    return `dev.cleanroom.owner=${this.state.owner}`;
  }

  #temporaryFiles(): readonly string[] {
    const kept = /^(identity\.json|[0-9a-f]{12}(\/(journal\.db(-journal)?|coordinator\.log|warm(\/.*)?))?)$/;
    return readdirSync(this.directory, { recursive: true })
      .map(String)
      .filter((name) => !kept.test(name));
  }
}

/** A test with a state directory of its own; it fails when it leaves anything behind. */
export const test = base.extend("grounds", async ({}, { onCleanup }) => {
  const grounds = await Grounds.create();
  onCleanup(() => grounds[Symbol.asyncDispose]());
  return grounds;
});

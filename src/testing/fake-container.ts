import type {
  ContainerInspection,
  ContainerStats,
  CreateRequest,
  EngineHealth,
  FileStat,
} from "../backend/container-backend.ts";
import type { ContainerUpdate } from "../backend/engine-caretaker.ts";
import { defined } from "../spec/defined.ts";
import type { ContainerSpec } from "../spec/container-spec.ts";

/** Exit code of a process that was killed: 128 and the number of SIGKILL. */
const KILLED = 137;

/** How a process ends. */
export interface FakeExit {
  /**
   * Whether the kernel killed it for using too much memory.
   * @default false
   */
  readonly isOutOfMemory?: boolean;
}

/** What a container needs of the engine that it is in. */
export interface FakeSurroundings {
  /** The engine's time, in milliseconds. */
  readonly nowMs: () => number;
  /** Told what happens to the container, in the engine's words. */
  readonly onAction: (action: string, container: FakeContainer) => void;
}

interface FakeFile {
  readonly content: Buffer;
  readonly modifiedAtMs: number;
}

/** A container of a `FakeBackend`: what is known about it, and what its process can be made to do. */
export class FakeContainer {
  /** The engine's full id. */
  readonly id: string;
  /** Its name in the engine. The backend changes it. */
  name: string;
  /** What it was made from. */
  readonly spec: ContainerSpec;
  /** The size of what it has written to its own file system, in bytes; a test may say. */
  layerBytes = 0;
  /** Labels in addition to the spec's. */
  readonly labels: Readonly<Record<string, string>>;
  /** The network it joined; absent when it is on the engine's default one, or on none any more. */
  networkName: string | undefined;

  readonly #surroundings: FakeSurroundings;
  readonly #files = new Map<string, FakeFile>();
  #end = Promise.withResolvers<number>();
  #output = "";
  #ports: Readonly<Record<string, number>> = {};
  #state: "created" | "running" | "exited" = "created";
  #exitCode = 0;
  #isOutOfMemory = false;
  #isPaused = false;
  #startedAtMs: number | undefined;
  #updated: ContainerUpdate | undefined;
  #stats: ContainerStats = { memoryBytes: 1_000_000, cpuTimeMs: 10, pids: 1 };
  readonly #statsListeners = new Set<(stats: ContainerStats) => void>();
  #engineHealth: EngineHealth | undefined;

  constructor(id: string, { containerName, spec, labels, networkName }: CreateRequest, surroundings: FakeSurroundings) {
    this.id = id;
    this.name = containerName;
    this.spec = spec;
    this.labels = labels;
    this.networkName = networkName;
    this.#surroundings = surroundings;
    for (const { path, contentBase64 } of spec.files) this.writeFile(path, Buffer.from(contentBase64, "base64"));
  }

  /** Whether its process has not started, runs, or has ended. */
  get state(): "created" | "running" | "exited" {
    return this.#state;
  }

  /** Whether its processes are frozen. */
  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** What it uses while it runs; a test may say, and whoever follows it is told. */
  get stats(): ContainerStats {
    return this.#stats;
  }

  set stats(stats: ContainerStats) {
    this.#stats = stats;
    for (const listener of this.#statsListeners) listener(stats);
  }

  /** Tells what it uses now, and whenever a test says so; the returned function ends that. */
  followStats(listener: (stats: ContainerStats) => void): () => void {
    listener(this.#stats);
    this.#statsListeners.add(listener);
    return () => void this.#statsListeners.delete(listener);
  }

  /** Its labels, those of the spec included. */
  get allLabels(): Readonly<Record<string, string>> {
    return { ...this.spec.labels, ...this.labels };
  }

  /** Its host ports while it runs, keyed by `5432/tcp`. */
  get ports(): Readonly<Record<string, number>> {
    return this.#state === "running" ? this.#ports : {};
  }

  /** Resolves with the exit code when its process has ended. */
  get ended(): Promise<number> {
    return this.#end.promise;
  }

  /** Starts its process, with these ports published. The backend does that. */
  run(ports: Readonly<Record<string, number>>): void {
    if (this.#state === "exited") this.#end = Promise.withResolvers<number>();
    this.#ports = ports;
    this.#state = "running";
    this.#startedAtMs = this.#surroundings.nowMs();
    this.#tell("start");
  }

  /** Freezes its processes. Without effect when they are frozen. */
  pause(): void {
    if (this.#isPaused) return;
    this.#isPaused = true;
    this.#tell("pause");
  }

  /** Lets its processes go on. Without effect when they are not frozen. */
  unpause(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#tell("unpause");
  }

  /** What its limits were last changed to; absent before the first change. */
  get updated(): ContainerUpdate | undefined {
    return this.#updated;
  }

  /** Changes its limits. The backend does that. */
  update(update: ContainerUpdate): void {
    this.#updated = update;
    this.#tell("update");
  }

  /** Takes it off its network. The backend does that. */
  disconnect(): void {
    this.networkName = undefined;
    this.#ports = {};
  }

  /** Lets the kernel kill one of its processes other than the main one, which goes on. */
  killChildForMemory(): void {
    this.#tell("oom");
  }

  /** Lets the engine's own check of it come to a result. */
  checkHealth(engineHealth: EngineHealth): void {
    this.#engineHealth = engineHealth;
    this.#tell(`health_status: ${engineHealth.status}`);
  }

  /** Ends its process by itself. Without effect when it does not run. */
  exit(exitCode: number, { isOutOfMemory = false }: FakeExit = {}): void {
    if (this.#state !== "running") return;
    this.unpause();
    this.#state = "exited";
    this.#exitCode = exitCode;
    this.#isOutOfMemory = isOutOfMemory;
    this.#end.resolve(exitCode);
    if (isOutOfMemory) this.#tell("oom");
    this.#tell("die");
  }

  /** Kills its process. Without effect when it does not run. */
  kill(): void {
    this.exit(KILLED);
  }

  /** Lets its process write a line to its log. */
  log(line: string): void {
    this.#output += `${line}\n`;
  }

  /** The last `tailLines` lines of its log. */
  logTail(tailLines: number): string {
    return this.#output
      .split(/(?<=\n)/)
      .slice(-tailLines)
      .join("");
  }

  /** Puts a file in it, in place of one that is there. */
  writeFile(path: string, content: string | Buffer): void {
    this.#files.set(path, { content: Buffer.from(content), modifiedAtMs: this.#surroundings.nowMs() });
  }

  /** The content of a file; `undefined` when there is none. */
  readFile(path: string): Buffer | undefined {
    return this.#files.get(path)?.content;
  }

  /** What is at a path: a file, or a directory that a file is in. */
  stat(path: string): FileStat | undefined {
    const file = this.#files.get(path);
    if (file !== undefined) {
      return { sizeBytes: file.content.length, modifiedAtMs: file.modifiedAtMs, isDirectory: false };
    }
    const inside = [...this.#files].find(([name]) => name.startsWith(`${path}/`));
    return inside && { sizeBytes: 0, modifiedAtMs: inside[1].modifiedAtMs, isDirectory: true };
  }

  /** What the engine tells about it. */
  inspect(): ContainerInspection {
    return {
      id: this.id,
      name: this.name,
      labels: this.allLabels,
      isRunning: this.#state === "running",
      isPaused: this.#isPaused,
      exitCode: this.#exitCode,
      isOutOfMemory: this.#isOutOfMemory,
      stopSignal: this.spec.stopSignal ?? "SIGTERM",
      anonymousVolumes: [],
      ...defined({ startedAtMs: this.#startedAtMs, engineHealth: this.#engineHealth }),
      ports: this.ports,
    };
  }

  #tell(action: string): void {
    this.#surroundings.onAction(action, this);
  }
}

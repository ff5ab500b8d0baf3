import type { ContainerSpec } from "../spec/container-spec.ts";
import type { ImageBuild } from "../spec/image-build.ts";
import type { AdoptRequest, Adoption, ContainerBuilder } from "./adoption.ts";
import type { EngineCaretaker } from "./engine-caretaker.ts";

/** Where the engine is and how its published ports are reached. */
export interface EngineInfo {
  /** Its address, for example `unix:///var/run/docker.sock`. */
  readonly endpoint: string;
  /** Its version. */
  readonly version: string;
  /** The host name or address under which published ports answer. */
  readonly hostAddress: string;
  /** The address that ports are published on unless a spec says otherwise. */
  readonly publishAddress: string;
  /** Whether the engine runs on this very machine, so that a container's own address may be reachable. */
  readonly isLocal: boolean;
}

/** What a container is made from. */
export interface CreateRequest {
  /** Name of the container in the engine; chosen by the caller, so that it can be removed whatever becomes of the call. */
  readonly containerName: string;
  /** What it is. */
  readonly spec: ContainerSpec;
  /** Labels in addition to the spec's. */
  readonly labels: Readonly<Record<string, string>>;
  /** The network to join under the spec's aliases; the engine's default one when absent. */
  readonly networkName?: string | undefined;
}

/** What the engine knows about a container now. */
export interface ContainerInspection {
  /** The engine's full id. */
  readonly id: string;
  /** Its name. */
  readonly name: string;
  /** All its labels. */
  readonly labels: Readonly<Record<string, string>>;
  /** Whether its main process runs; true as well while it is paused. */
  readonly isRunning: boolean;
  /** Whether its processes are frozen. */
  readonly isPaused: boolean;
  /** Exit code of its main process, once it ended. */
  readonly exitCode: number;
  /** Whether the kernel killed its main process for using too much memory. */
  readonly isOutOfMemory: boolean;
  /** The signal that asks it to stop. */
  readonly stopSignal: string;
  /** Names of the volumes that are removed with it. */
  readonly anonymousVolumes: readonly string[];
  /** The engine's id of its main process on the engine's machine; absent while it does not run. */
  readonly pid?: number;
  /** When its main process was last started, in milliseconds since the epoch; absent before the first start. */
  readonly startedAtMs?: number;
  /** What the engine's own check of it (`HEALTHCHECK`) says; absent where it has none. */
  readonly engineHealth?: EngineHealth;
  /** Its own address in the engine's network; absent when it has none. */
  readonly address?: string;
  /** Host port of each published port, keyed by `5432/tcp`. */
  readonly ports: Readonly<Record<string, number>>;
}

/** What the engine's own check of a container says. Of one that is paused, it says `unhealthy`. */
export interface EngineHealth {
  /** Its word for it. */
  readonly status: "starting" | "healthy" | "unhealthy";
  /** What the last check printed; empty when there was none. */
  readonly output: string;
}

/** Bytes that went over a network. */
export interface NetworkTraffic {
  /** What the container received. */
  readonly receivedBytes: number;
  /** What it sent. */
  readonly sentBytes: number;
}

/** What a container uses at this moment, and has used since its start. What the engine does not say is absent. */
export interface ContainerStats {
  /** Memory that it holds on to, in bytes: without the file cache that the kernel would give up under pressure. */
  readonly memoryBytes: number;
  /** The most memory it may use, in bytes: the machine's when it is not limited; absent when the engine does not say. */
  readonly memoryLimitBytes?: number;
  /** Processor time used since its start, in milliseconds, of all cores together. */
  readonly cpuTimeMs: number;
  /** How many processes and threads it has. */
  readonly pids: number;
  /** The most memory that it held, in bytes. */
  readonly peakMemoryBytes?: number;
  /** What it read from disks, in bytes. */
  readonly diskReadBytes?: number;
  /** What it wrote to disks, in bytes. */
  readonly diskWrittenBytes?: number;
  /** What went over each of its network interfaces, by name. */
  readonly networks?: Readonly<Record<string, NetworkTraffic>>;
}

/** A command to run inside a container. */
export interface ExecOptions {
  /** Environment variables for the command. */
  readonly env?: Readonly<Record<string, string>>;
  /** User to run it as; the container's own when absent. */
  readonly user?: string;
  /** Directory to run it in; the container's own when absent. */
  readonly workingDirectory?: string;
}

/** What a command inside a container did. */
export interface ExecResult {
  /** Its exit code. */
  readonly exitCode: number;
  /** What it wrote to standard output. */
  readonly stdout: string;
  /** What it wrote to standard error. */
  readonly stderr: string;
}

/** A file, directory or symbolic link inside a container. */
export interface FileStat {
  /** Size in bytes. */
  readonly sizeBytes: number;
  /** When it was last changed, in milliseconds since the epoch. */
  readonly modifiedAtMs: number;
  /** Whether it is a directory. */
  readonly isDirectory: boolean;
  /** The path that a symbolic link leads to in the end, whether anything is there or not; absent for anything else. */
  readonly linkTarget?: string;
}

/** How far an image has been fetched. */
export interface PullProgress {
  /** Bytes fetched so far, of the layers whose size is known. */
  readonly receivedBytes: number;
  /** Bytes known to be needed so far. */
  readonly totalBytes: number;
}

/** How to build an image. */
export interface BuildOptions {
  /** Labels in addition to those of the build. */
  readonly labels?: Readonly<Record<string, string>>;
  /** With which account an image is fetched that it is built on; the one that Docker's own configuration has, if any, when absent. */
  readonly accountFor?: ((image: string) => RegistryAccount | undefined) | undefined;
  /** Told what the build prints. */
  readonly onOutput?: (text: string) => void;
}

/** An account at a registry. */
export interface RegistryAccount {
  /** Whose it is. */
  readonly username: string;
  /** The password, or a token in its place. */
  readonly password: string;
}

/** How to fetch an image. */
export interface PullOptions {
  /** Platform to fetch; the engine's own when absent. */
  readonly platform?: string | undefined;
  /** With which account; the one that Docker's own configuration has for its registry, if any, when absent. */
  readonly account?: RegistryAccount | undefined;
  /** Told as layers arrive. */
  readonly onProgress?: (progress: PullProgress) => void;
}

/**
 * A container runtime, as far as Cleanroom needs one: it looks after containers, and makes and runs them. Every call ends when
 * its signal aborts, and rejects with `EngineRequestError` when the engine refuses.
 */
export interface ContainerBackend extends EngineCaretaker {
  /** The engine behind it. */
  readonly engine: EngineInfo;
  /** Fetches an image from its registry. */
  pull(image: string, options: PullOptions, signal?: AbortSignal): Promise<void>;
  /**
   * Makes an image and gives it its name. What it needs that is not there is fetched.
   *
   * @throws EngineRequestError when a step of it fails as well.
   */
  build(build: ImageBuild, options: BuildOptions, signal?: AbortSignal): Promise<void>;
  /**
   * Makes a container without starting it and returns its full id. The caller owns it. Not cut short by `signal` while the
   * engine is at work, so that the outcome is known; the reason is thrown afterwards.
   */
  create(request: CreateRequest, signal?: AbortSignal): Promise<string>;
  /**
   * Lets a builder of Testcontainers make and start its container as the request says. Once `signal` aborts, it makes none.
   * Absent where there is no Testcontainers.
   */
  adopt?(request: AdoptRequest, builder: ContainerBuilder, signal?: AbortSignal): Adoption;
  /** Starts a container that was created. */
  start(id: string, signal?: AbortSignal): Promise<void>;
  /** Resolves with the exit code as soon as the main process has ended. */
  waitForExit(id: string, signal?: AbortSignal): Promise<number>;
}

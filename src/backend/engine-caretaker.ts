import type { ContainerInspection, ContainerStats, ExecOptions, ExecResult, FileStat } from "./container-backend.ts";
import type { EngineFeatures } from "./engine-features.ts";

/** What an object in the engine is. */
export type EngineObjectKind = "container" | "network" | "volume";

/** An object in the engine that carries labels. */
export interface LabelledObject {
  /** What it is. */
  readonly kind: EngineObjectKind;
  /** The engine's full id; of a volume its name, which is all it has. */
  readonly id: string;
  /** Its name. */
  readonly name: string;
  /** All its labels. */
  readonly labels: Readonly<Record<string, string>>;
}

/** Something that happened to a container. */
export interface ContainerEvent {
  /** The engine's word for it, for example `create`, `die` or `oom`. */
  readonly action: string;
  /** The engine's full id of the container. */
  readonly id: string;
  /** Its labels, and beside them what the engine tells under words of its own, such as `image`, `name` and `exitCode`. */
  readonly labels: Readonly<Record<string, string>>;
}

/** Who is told of events. */
export interface WatchListeners {
  /** Called once, as soon as events are seen. */
  readonly onOpen?: () => void;
  /** Called for each event. */
  readonly onEvent: (event: ContainerEvent) => void;
}

/** Limits of a container that can be changed while it runs. */
export interface ContainerUpdate {
  /** Cores, for example `0.5`. */
  readonly cpuCores: number;
}

/**
 * As much of an engine as is needed to look after containers that somebody else made. Every call ends when its signal
 * aborts, and rejects with `EngineRequestError` when the engine refuses. Stopping or removing what is already gone is a
 * success.
 */
export interface EngineCaretaker extends AsyncDisposable {
  /** Resolves when the engine answers. */
  ping(signal?: AbortSignal): Promise<void>;
  /** What the engine has that not every engine has. */
  features(signal?: AbortSignal): Promise<EngineFeatures>;
  /** Everything that carries a label, given as `name` or `name=value`; containers that do not run included. */
  list(label: string, signal?: AbortSignal): Promise<readonly LabelledObject[]>;
  /** What the engine knows about a container now. */
  inspect(id: string, signal?: AbortSignal): Promise<ContainerInspection>;
  /**
   * Asks a container to stop and kills it after `graceMs`. A paused one is resumed first. Resolves when it has ended, and
   * tells whether it ran until then.
   */
  stop(id: string, graceMs: number, signal?: AbortSignal): Promise<boolean>;
  /** Freezes a container's processes. One that is paused already stays so. */
  pause(id: string, signal?: AbortSignal): Promise<void>;
  /** Lets a paused container's processes go on. One that is not paused goes on as it is. */
  unpause(id: string, signal?: AbortSignal): Promise<void>;
  /** Stops a container's process as `stop` does and starts it anew, in the same container. Its host ports may be others then. */
  restart(id: string, graceMs: number, signal?: AbortSignal): Promise<void>;
  /** Kills a container's process. One that has ended already is left as it is. */
  kill(id: string, signal?: AbortSignal): Promise<void>;
  /** Changes limits of a container, without a restart. */
  update(id: string, update: ContainerUpdate, signal?: AbortSignal): Promise<void>;
  /** Gives a container another name. */
  rename(id: string, name: string, signal?: AbortSignal): Promise<void>;
  /** Takes a container off all its networks: nobody reaches it there any more, and its host ports are free. */
  disconnect(id: string, signal?: AbortSignal): Promise<void>;
  /** Runs a command, given as its arguments, never through a shell. */
  exec(id: string, command: readonly string[], options?: ExecOptions, signal?: AbortSignal): Promise<ExecResult>;
  /** The last `tailLines` lines of standard output and error, in the order they were written. */
  logs(id: string, tailLines: number, signal?: AbortSignal): Promise<string>;
  /** What is at `path`, seen without running anything in the container; `undefined` when nothing is. */
  statFile(id: string, path: string, signal?: AbortSignal): Promise<FileStat | undefined>;
  /** The content of the file at `path`, read without running anything in the container. */
  readFile(id: string, path: string, signal?: AbortSignal): Promise<Buffer>;
  /** What a container uses at this moment. */
  stats(id: string, signal?: AbortSignal): Promise<ContainerStats>;
  /** Tells once a second what a container uses. Resolves when it is gone; rejects with the signal's reason. */
  streamStats(id: string, onStats: (stats: ContainerStats) => void, signal?: AbortSignal): Promise<void>;
  /**
   * The size of what a container has written to its own file system, in bytes; absent where the engine does not say. The engine
   * looks at every file for it.
   */
  layerBytes(id: string, signal?: AbortSignal): Promise<number | undefined>;
  /** Removes a container, by id or name, running or not, with its anonymous volumes. */
  remove(idOrName: string, signal?: AbortSignal): Promise<void>;
  /** Makes a bridge network. The caller owns it. */
  createNetwork(name: string, labels: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<void>;
  /** Removes a network, by id or name, that no container uses. */
  removeNetwork(idOrName: string, signal?: AbortSignal): Promise<void>;
  /** Makes a volume, unless there is one of this name. The caller owns it. */
  createVolume(name: string, labels: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<void>;
  /** Removes a volume that no container uses. */
  removeVolume(name: string, signal?: AbortSignal): Promise<void>;
  /**
   * Tells of each event of the containers that carry a label, from now on. Rejects with the signal's reason, or with
   * `EngineRequestError` when the stream is cut.
   */
  watch(label: string, listeners: WatchListeners, signal?: AbortSignal): Promise<never>;
}

import { Client } from 'pg';

/** What makes and starts a container by itself: every class of Testcontainers that describes one. */
interface ContainerBuilder<Started = unknown> {
    /** Makes the container, starts it and waits until it can be used. */
    start(): Promise<Started>;
}
/** How a container has to be made that other code makes. */
interface AdoptRequest {
    /** Name of the container in the engine, so that it can be removed whatever becomes of the call. */
    readonly containerName: string;
    /** Labels in addition to its own. */
    readonly labels: Readonly<Record<string, string>>;
    /** The network to join; the one it would join anyway when absent. */
    readonly networkName?: string | undefined;
    /** Names under which the containers of that network reach it. */
    readonly networkAliases: readonly string[];
    /** Environment variables, of which its own win. */
    readonly env: Readonly<Record<string, string>>;
}
/**
 * A container that other code makes and starts by itself. Each promise rejects with `EngineRequestError` when the engine
 * refuses, otherwise with what that code failed with; one that nobody waits for does so silently.
 */
interface Adoption {
    /** Resolves once it is made; whoever asked owns it then. Not cut short while the engine is at work. */
    readonly created: Promise<AdoptedContainer>;
    /** Resolves once its process runs. */
    readonly started: Promise<void>;
    /** Resolves with what `start` did: it has found the container ready. */
    readonly ready: Promise<unknown>;
}
/** A container that other code made. */
interface AdoptedContainer {
    /** The engine's full id. */
    readonly id: string;
    /** The image it was made from. */
    readonly image: string;
}

/** How an image is made that no registry has. */
interface ImageBuild {
    /** What it is called once it is made; tells its content, so that an image of this name is that image. */
    readonly image: string;
    /** Identifies its content. */
    readonly digest: string;
    /** The directory that it is made from, an absolute path. */
    readonly contextDirectory: string;
    /** Path of its Dockerfile in that directory. */
    readonly dockerfile: string;
    /** The stage that is made; the last when absent. */
    readonly target?: string;
    /** Build arguments. */
    readonly args: Readonly<Record<string, string>>;
    /** Labels of the image. */
    readonly labels: Readonly<Record<string, string>>;
    /** The platform that it is made for; the engine's own when absent. */
    readonly platform?: string;
    /** Whether every step is run, though the engine knows what it came to. */
    readonly isUncached: boolean;
}

/** A limit that the kernel puts on each process. `-1` is none. */
interface Ulimit {
    /** What holds; a process may raise it itself, up to `hard`. */
    readonly soft: number;
    /** The most that it may be raised to. */
    readonly hard: number;
}
/** What the kernel limits for each process, by the names of `setrlimit(2)`. */
type UlimitName = "core" | "cpu" | "data" | "fsize" | "locks" | "memlock" | "msgqueue" | "nice" | "nofile" | "nproc" | "rss" | "rtprio" | "rttime" | "sigpending" | "stack";
/** How much a container may write to its own file system: what is in mounts does not count. */
interface DiskLimit {
    /** The most, in bytes, above what its image holds. */
    readonly bytes: number;
    /**
     * Who sees to it. `engine`: a write beyond it fails with "No space left on device"; few storage drivers can do that.
     * `monitor`: the container is killed soon after it has written more.
     * @default "engine" where the engine's storage driver can, otherwise "monitor"
     */
    readonly by?: "engine" | "monitor";
}
/** How fast a container may be on its networks, in bits per second each way. */
interface NetworkRates {
    /** What it sends; unlimited when absent. */
    readonly send?: number;
    /** What it receives; unlimited when absent. */
    readonly receive?: number;
}
/** How much of the machine a container may use. */
interface ResourceLimits {
    /** Cores, for example `0.5`, from 0.01: as much of their time as it may have in every tenth of a second; unlimited when absent. */
    readonly cpuCores?: number;
    /** Which cores it runs on, for example `0`, `0-1` or `0,2`; every one when absent. */
    readonly cpuSet?: string;
    /** Its weight, from 2 to 262144, where several containers want the same core; the engine's default (1024) when absent. */
    readonly cpuShares?: number;
    /** Memory in bytes, from 6 MiB; unlimited when absent. */
    readonly memoryBytes?: number;
    /** Memory in bytes, from 6 MiB, that it is pushed back to when the machine runs short; no more than `memoryBytes`. */
    readonly memoryReservationBytes?: number;
    /**
     * Swap in bytes, beyond `memoryBytes`, which must be there.
     * @default 0
     */
    readonly swapBytes?: number;
    /** How readily its memory is swapped out, from 0 to 100; the machine's own when absent. Only with version 1 of cgroups. */
    readonly swappiness?: number;
    /** Number of processes and threads; unlimited when absent. */
    readonly pids?: number;
    /** Limits on each of its processes, soft and hard ones alike where there is one number; the engine's own when absent. */
    readonly ulimits?: Readonly<Partial<Record<UlimitName, number | Ulimit>>>;
    /** Size of `/dev/shm` in bytes; the engine's default (64 MiB) when absent. */
    readonly shmBytes?: number;
    /** What it may write to its own file system; unlimited when absent. */
    readonly disk?: DiskLimit;
    /**
     * How fast it may be on its networks, in bits per second, the same each way where there is one number; unlimited when absent.
     * Needs an engine on this machine and a process that may set up its networks, such as one of root.
     */
    readonly networkBitsPerSecond?: number | NetworkRates;
}

/** Ports of which one is taken that is free. */
interface PortRange {
    /** The lowest. */
    readonly from: number;
    /** The highest. */
    readonly to: number;
}
/** A port inside the container that is published on the host. */
interface PortSpec {
    /** The port the process in the container listens on. */
    readonly containerPort: number;
    /** The transport. */
    readonly protocol: "tcp" | "udp";
    /** The port on the host, or where it is chosen from; any free one when absent. */
    readonly hostPort?: number | PortRange;
    /** The host address it is published on; when absent, the narrowest one that this process reaches. */
    readonly hostAddress?: string;
}
/** A file that is in the container before its process starts. */
interface FileSpec {
    /** Absolute path in the container. */
    readonly path: string;
    /** The content, in base64. */
    readonly contentBase64: string;
    /** Permission bits, for example `0o644`. */
    readonly mode: number;
    /** Keeps the content out of the key, logs and reports. */
    readonly isSecret: boolean;
}
/** A volume seen inside the container. */
interface VolumeSpec {
    readonly type: "volume";
    /** Its name; when absent it is the container's own and goes with it. */
    readonly source?: string;
    /** Absolute path in the container. */
    readonly target: string;
    /** Whether the container may only read it. */
    readonly isReadOnly: boolean;
    /** Whether an empty one stays so, and does not get what the image has at `target`; false when absent. */
    readonly isLeftEmpty?: boolean;
    /** Whether Cleanroom makes and keeps it, and `source` is only what its users call it; false when absent. */
    readonly isCache?: boolean;
}
/** A directory of the host, a volume, or memory, seen inside the container. */
type MountSpec = {
    readonly type: "bind";
    readonly source: string;
    readonly target: string;
    readonly isReadOnly: boolean;
} | VolumeSpec | {
    readonly type: "tmpfs";
    readonly target: string;
    readonly sizeBytes?: number;
    readonly mode?: number;
};
/**
 * How the engine itself checks a container, again and again. What is absent is as the image's `HEALTHCHECK` has it, and as the
 * engine has it where that says nothing.
 */
interface HealthCheckOptions {
    /** The command and its arguments, run in the container without a shell; healthy when it ends with 0. */
    readonly command?: readonly string[];
    /**
     * How long to wait before each check, the first one included, in milliseconds.
     * @default 30_000
     */
    readonly intervalMs?: number;
    /**
     * How long a check may take, in milliseconds.
     * @default 30_000
     */
    readonly timeoutMs?: number;
    /**
     * How many failures in a row make the container unhealthy.
     * @default 3
     */
    readonly retries?: number;
    /**
     * How long after the start failures do not count, in milliseconds.
     * @default 0
     */
    readonly startPeriodMs?: number;
}
/** A command that is run in a container once it is ready, before anybody gets it. */
interface InitCommand {
    /** The command and its arguments, without a shell. It has succeeded when it ends with 0. */
    readonly command: readonly string[];
    /** Environment variables for it, in addition to the container's. */
    readonly env?: Readonly<Record<string, string>>;
    /** User it runs as; the container's own when absent. */
    readonly user?: string;
    /** Directory it runs in; the container's own when absent. */
    readonly workingDirectory?: string;
}
/** What a container's processes may do. */
interface SecuritySpec {
    /** Gives the container every right on the host. */
    readonly isPrivileged: boolean;
    /** Makes everything but mounts read-only. */
    readonly hasReadOnlyRootFilesystem: boolean;
    /** Linux capabilities added to the engine's default set. */
    readonly addCapabilities: readonly string[];
    /** Linux capabilities taken from the engine's default set; `ALL` takes every one. */
    readonly dropCapabilities: readonly string[];
    /** Whether set-user-id programs may raise their rights. */
    readonly allowsNewPrivileges: boolean;
}
/** A value that is the same after a trip through JSON. */
type Json = string | number | boolean | null | readonly Json[] | {
    readonly [key: string]: Json;
};
/**
 * Everything about a container that is decided before it is made: immutable, plain and serialisable. Two equal specs make
 * containers that behave alike.
 */
interface ContainerSpec {
    /** The image, as it is asked of the engine (after substitution). */
    readonly image: string;
    /** How the image is made where it is missing; absent of one that a registry has. */
    readonly build?: ImageBuild;
    /** Platform of the image, for example `linux/arm64`; the engine's own when absent. */
    readonly platform?: string;
    /** When the image is fetched from its registry. */
    readonly pullPolicy: "missing" | "always" | "never";
    /** Replaces the image's command. */
    readonly command?: readonly string[];
    /**
     * Arguments after those of `command`, which must be there, that stay out of the key, logs and reports, such as the hash of a
     * password.
     */
    readonly secretArguments?: readonly string[];
    /** Replaces the image's entrypoint. */
    readonly entrypoint?: readonly string[];
    /** Environment variables, added to the image's. */
    readonly env: Readonly<Record<string, string>>;
    /**
     * Path of a file in the container, of `files`, that a shell reads before the main process takes its place: what it exports is
     * in the environment of that process, and not in what the engine tells of the container. The image needs `/bin/sh`.
     */
    readonly environmentScript?: string;
    /** User the process runs as, `name` or `uid:gid`; the image's own when absent. */
    readonly user?: string;
    /** Directory the process starts in; the image's own when absent. */
    readonly workingDirectory?: string;
    /** Host name inside the container; chosen by the engine when absent. */
    readonly hostname?: string;
    /** Published ports. */
    readonly ports: readonly PortSpec[];
    /** Files copied in before the start. */
    readonly files: readonly FileSpec[];
    /** Mounted directories. */
    readonly mounts: readonly MountSpec[];
    /** Names under which other containers of the environment reach it; empty when it is on no shared network. */
    readonly networkAliases: readonly string[];
    /** Whether `host.docker.internal` leads to the host. */
    readonly hasHostAccess: boolean;
    /** Labels of the user; Cleanroom adds its own. */
    readonly labels: Readonly<Record<string, string>>;
    /** How much of the machine it may use. */
    readonly limits: ResourceLimits;
    /** What its processes may do. */
    readonly security: SecuritySpec;
    /** Commands that are run in it once it is ready, one after the other; none when absent. */
    readonly init?: readonly InitCommand[];
    /** How the engine checks it; as its image says when absent, not at all when `false`. */
    readonly healthCheck?: HealthCheckOptions | false;
    /** Signal that asks it to stop; the image's own (usually SIGTERM) when absent. */
    readonly stopSignal?: string;
    /** How long it may take to stop before it is killed, in milliseconds. */
    readonly stopGraceMs: number;
    /** Fields of the Engine's `POST /containers/create` body, merged over ours last, for what has no option here. */
    readonly engineOptions: {
        readonly [key: string]: Json;
    };
}

/** What an engine has that not every engine has. */
interface EngineFeatures {
    /** How it stores the file systems of containers, for example `overlay2`. */
    readonly storageDriver: string;
    /** The file system below that, for example `xfs`; absent when it does not say. */
    readonly backingFileSystem?: string;
    /** Where it stores them, on its own machine. */
    readonly dataDirectory: string;
    /** Which version of the kernel's control groups it uses. */
    readonly cgroupVersion: 1 | 2;
}

/** What an object in the engine is. */
type EngineObjectKind = "container" | "network" | "volume";
/** An object in the engine that carries labels. */
interface LabelledObject {
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
interface ContainerEvent {
    /** The engine's word for it, for example `create`, `die` or `oom`. */
    readonly action: string;
    /** The engine's full id of the container. */
    readonly id: string;
    /** Its labels, and beside them what the engine tells under words of its own, such as `image`, `name` and `exitCode`. */
    readonly labels: Readonly<Record<string, string>>;
}
/** Who is told of events. */
interface WatchListeners {
    /** Called once, as soon as events are seen. */
    readonly onOpen?: () => void;
    /** Called for each event. */
    readonly onEvent: (event: ContainerEvent) => void;
}
/** Limits of a container that can be changed while it runs. */
interface ContainerUpdate {
    /** Cores, for example `0.5`. */
    readonly cpuCores: number;
}
/**
 * As much of an engine as is needed to look after containers that somebody else made. Every call ends when its signal
 * aborts, and rejects with `EngineRequestError` when the engine refuses. Stopping or removing what is already gone is a
 * success.
 */
interface EngineCaretaker extends AsyncDisposable {
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

/** Where the engine is and how its published ports are reached. */
interface EngineInfo {
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
interface CreateRequest {
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
interface ContainerInspection {
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
interface EngineHealth {
    /** Its word for it. */
    readonly status: "starting" | "healthy" | "unhealthy";
    /** What the last check printed; empty when there was none. */
    readonly output: string;
}
/** Bytes that went over a network. */
interface NetworkTraffic {
    /** What the container received. */
    readonly receivedBytes: number;
    /** What it sent. */
    readonly sentBytes: number;
}
/** What a container uses at this moment, and has used since its start. What the engine does not say is absent. */
interface ContainerStats {
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
interface ExecOptions {
    /** Environment variables for the command. */
    readonly env?: Readonly<Record<string, string>>;
    /** User to run it as; the container's own when absent. */
    readonly user?: string;
    /** Directory to run it in; the container's own when absent. */
    readonly workingDirectory?: string;
}
/** What a command inside a container did. */
interface ExecResult {
    /** Its exit code. */
    readonly exitCode: number;
    /** What it wrote to standard output. */
    readonly stdout: string;
    /** What it wrote to standard error. */
    readonly stderr: string;
}
/** A file, directory or symbolic link inside a container. */
interface FileStat {
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
interface PullProgress {
    /** Bytes fetched so far, of the layers whose size is known. */
    readonly receivedBytes: number;
    /** Bytes known to be needed so far. */
    readonly totalBytes: number;
}
/** How to build an image. */
interface BuildOptions$1 {
    /** Labels in addition to those of the build. */
    readonly labels?: Readonly<Record<string, string>>;
    /** With which account an image is fetched that it is built on; the one that Docker's own configuration has, if any, when absent. */
    readonly accountFor?: ((image: string) => RegistryAccount | undefined) | undefined;
    /** Told what the build prints. */
    readonly onOutput?: (text: string) => void;
}
/** An account at a registry. */
interface RegistryAccount {
    /** Whose it is. */
    readonly username: string;
    /** The password, or a token in its place. */
    readonly password: string;
}
/** How to fetch an image. */
interface PullOptions {
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
interface ContainerBackend extends EngineCaretaker {
    /** The engine behind it. */
    readonly engine: EngineInfo;
    /** Fetches an image from its registry. */
    pull(image: string, options: PullOptions, signal?: AbortSignal): Promise<void>;
    /**
     * Makes an image and gives it its name. What it needs that is not there is fetched.
     *
     * @throws EngineRequestError when a step of it fails as well.
     */
    build(build: ImageBuild, options: BuildOptions$1, signal?: AbortSignal): Promise<void>;
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

/** Who images of a registry are fetched as. */
interface RegistryOptions {
    /** The account. */
    readonly username: string;
    /** Its password, or a token in its place. Give this or `passwordFrom`. */
    readonly password?: string;
    /** The environment variable that has the password. */
    readonly passwordFrom?: string;
}

/** A timer that has been started. */
interface Timer {
    /** Ends the timer; its callback will not run. Safe to call more than once, and after it ran. */
    cancel(): void;
}
/** Where time comes from. Everything that waits takes one, so that tests can turn the hands themselves. */
interface Clock {
    /** Milliseconds since the epoch, never running backwards. */
    now(): number;
    /** Runs `callback` once after `delayMs` milliseconds. The caller owns the timer and cancels it. */
    startTimer(callback: () => void, delayMs: number): Timer;
}

/**
 * Why an entry left a cache. `capacity`: there was no room. `expired`: it was kept, or was in the cache, long enough. `released`:
 * nobody needed it any more, and it was not to be kept. `replaced`: it was out of date. `renewed`: its container was initialised
 * anew, and is another entry now. `deleted`: somebody asked for that. `failed`: it could not be used any more. `lost`: somebody
 * else removed it.
 */
type EvictionReason = "capacity" | "expired" | "released" | "replaced" | "renewed" | "deleted" | "failed" | "lost";
/** What became of a cache's entries and of those who asked for them, since the cache came into being. */
interface CacheStats {
    /** How often what was asked for was there. */
    readonly hits: number;
    /** How often it was not, and had to be made or looked up. */
    readonly misses: number;
    /** The share of hits in all questions, from 0 to 1; 0 when nobody has asked. */
    readonly ratio: number;
    /** How many entries there are. */
    readonly size: number;
    /** How many entries have left, by reason; reasons that none has left for are absent. */
    readonly evictions: Readonly<Partial<Record<EvictionReason, number>>>;
}
/** The statistics of every cache. */
interface CachesStats {
    /** Containers that can be used. */
    readonly containers: CacheStats;
    /** Images that are known to be there. */
    readonly images: CacheStats;
    /** Networks that services reach each other on. */
    readonly networks: CacheStats;
    /** Volumes of mounts of the type `cache`. */
    readonly volumes: CacheStats;
}

/** How an entry of a cache has been used. Moments are numbers of one clock: the larger, the later. */
interface EntryUse {
    /** When it came into the cache. */
    readonly addedAt: number;
    /** When it was last used. */
    readonly usedAt: number;
    /** How often it was used since it came. */
    readonly uses: number;
    /** When it is too old to be used; infinite where it never is. */
    readonly expiresAt: number;
}
/** Decides which entry of a cache goes first when there is no room. What is in use is never asked about. */
interface EvictionPolicy {
    /** What it is called in messages and statistics. */
    readonly name: string;
    /** Negative when `a` goes before `b`, positive when it goes after it; at 0 the one that came first goes first. Pure. */
    compare(a: EntryUse, b: EntryUse): number;
}
/**
 * What Cleanroom's own policies are called. `lru`, `mru`: the least, the most recently used goes first. `lfu`: the one used
 * least often, of those the one unused the longest. `ttl`: the one that expires first.
 */
type EvictionPolicyName = "lru" | "mru" | "lfu" | "ttl";

/** Which entry goes first: one of Cleanroom's policies by name; where nothing is shared with other processes, one's own. */
type ChosenPolicy = EvictionPolicyName | EvictionPolicy;

/** How containers, images, networks and volumes are kept for whoever needs them next. What is in use never goes. */
interface CachesOptions {
    /** Containers that are kept though nobody uses them: those of services with `keepAliveMs`. `capacity` says how many. */
    readonly containers?: ContainerCacheOptions;
    /** What is known of images, and those that Cleanroom made. */
    readonly images?: ImageCacheOptions;
    /** Networks that nobody is on, which are kept as long as a session lasts that used them. */
    readonly networks?: ObjectCacheOptions;
    /** Volumes of mounts of the type `cache`. */
    readonly volumes?: ObjectCacheOptions;
}
/** How containers are kept. */
interface ContainerCacheOptions {
    /**
     * Which container goes first when there is no room. A policy of one's own needs `coordination: "in-process"`. The environment
     * variable `CLEANROOM_CONTAINER_POLICY` wins over it.
     * @default "lru"
     */
    readonly policy?: ChosenPolicy;
    /**
     * How long a container is handed out after it became ready, in milliseconds; whoever asks later gets a new one, unless somebody
     * still uses it. The environment variable `CLEANROOM_MAX_REUSE_MS` wins over it.
     * @default for ever
     */
    readonly maxReuseMs?: number;
}
/** How images are kept. */
interface ImageCacheOptions {
    /**
     * Which image goes first, of those that Cleanroom made, when they hold too much. The environment variable
     * `CLEANROOM_IMAGE_POLICY` wins over it.
     * @default "ttl"
     */
    readonly policy?: ChosenPolicy;
    /**
     * How long it is believed that an image is there, and which it is, before the engine is asked again, in milliseconds. The
     * environment variable `CLEANROOM_IMAGE_TTL_MS` wins over it.
     * @default 10_000
     */
    readonly ttlMs?: number;
    /**
     * How much data the images that Cleanroom made may hold, in bytes. The environment variable `CLEANROOM_MAX_IMAGE_BYTES` wins over
     * it.
     * @default 2_000_000_000
     */
    readonly maxBytes?: number;
}
/** How networks, or volumes, are kept. */
interface ObjectCacheOptions {
    /**
     * Which one goes first when there are too many. The environment variables `CLEANROOM_NETWORK_POLICY` and
     * `CLEANROOM_VOLUME_POLICY` win over it.
     * @default "lfu" for networks, "mru" for volumes
     */
    readonly policy?: ChosenPolicy;
    /**
     * How many there may be, those in use included, which may be more. The environment variables `CLEANROOM_MAX_NETWORKS` and
     * `CLEANROOM_MAX_VOLUMES` win over it.
     * @default 8 networks, 16 volumes
     */
    readonly maxEntries?: number;
}

/** How many services may exist at the same time. */
interface CapacityPolicy {
    /** Most containers of one project; those that nobody uses make room for others. Unlimited when absent. */
    readonly maxContainers?: number | undefined;
    /** Most containers that are kept though nobody uses them; the longest unused goes first. Unlimited when absent. */
    readonly maxIdleContainers?: number | undefined;
    /**
     * What becomes of a request when all containers are in use: it waits until one is given back, or fails with `CapacityError`.
     * @default "wait"
     */
    readonly whenFull?: "wait" | "fail" | undefined;
}

/** A time zone and a locale. */
interface Place {
    /** Such as `Europe/Berlin`. */
    readonly timeZone?: string | undefined;
    /** Such as `C.UTF-8`. */
    readonly locale?: string | undefined;
}

/** How much of the machine each container may use whose own `limits` do not say. `false`: as much as there is. */
interface DefaultLimits {
    /**
     * Memory in bytes, from 6 MiB, without swap.
     * @default 4_294_967_296
     */
    readonly memoryBytes?: number | false;
    /**
     * Number of processes and threads.
     * @default 4_096
     */
    readonly pids?: number | false;
    /**
     * Cores, from 0.01.
     * @default false
     */
    readonly cpuCores?: number | false;
}
/** What the containers of services are whose own options do not say. */
interface ServiceDefaults extends DefaultLimits, Place {
    /** When their images are fetched. */
    readonly pullPolicy: ContainerSpec["pullPolicy"];
}

/** How to reach a service that is ready: plain data, complete, and the same in every process it is sent to. */
interface ServiceConnection {
    /** Name of the service. */
    readonly name: string;
    /** The engine's full id of the container. */
    readonly id: string;
    /** The image it was made from. */
    readonly image: string;
    /** Identifies everything that can change how it behaves. */
    readonly key: string;
    /** Host name or address under which its published ports answer. */
    readonly host: string;
    /** Host port of each published port, keyed by `5432/tcp`, in the order of the options. */
    readonly ports: Readonly<Record<string, number>>;
    /** Name under which other containers reach it; absent when it is on no shared network. */
    readonly networkAlias?: string;
    /** What the kind of service adds: user name, password, database. */
    readonly details: Readonly<Record<string, string>>;
    /** Where it says that it answers, if it exists without Cleanroom; then it has no container. It may hold a password. */
    readonly existing?: ExistingOrigin;
    /** Why it takes another's place; absent of what was asked for in the first place. Only the process that asked notes it. */
    readonly fallback?: {
        readonly reason: string;
    };
    /** What its parts are, each of which belongs to one holder; absent when it has none that could be made ahead of need. */
    readonly parts?: PartsKind;
}
/**
 * What the parts of a service are. `leased`: of a server that no coordinator looks after, so that a connection is the lease.
 * `own`: what code of the user's makes, which only processes have that use the service.
 */
type PartsKind = "postgres-databases" | "postgres-reset-databases" | "postgres-schemas" | "redis-databases" | "leased-postgres-databases" | "leased-redis-databases" | "own";
/** Who says that a service exists. */
interface ExistingOrigin {
    /** The environment variable. */
    readonly variable: string;
    /** Its value. */
    readonly url: string;
}

/** How full a file system is, as an ordinary user has it: what is kept for the superuser is neither used nor available. */
interface DiskUse {
    /** What is used, in bytes. */
    readonly usedBytes: number;
    /** What can still be written, in bytes. */
    readonly availableBytes: number;
}

/** What a probe can reach of the container it checks. */
interface ProbeTarget {
    /** Host name or address under which its published ports answer. */
    readonly host: string;
    /** Its own address, where this process may reach it past the engine's port forwarding; absent elsewhere. */
    readonly directAddress?: string | undefined;
    /**
     * The host port that leads to `containerPort`.
     * @throws ConfigurationError when the port is not published.
     */
    hostPort(containerPort: number): number;
    /** Whether `path` lies in memory, where the engine's archive API does not see it. */
    isInMemory(path: string): boolean;
    /** Runs a command in the container, without a shell. */
    exec(command: readonly string[], options: ExecOptions, signal: AbortSignal): Promise<ExecResult>;
    /** What is at `path`; `undefined` when nothing is. Runs nothing in the container. */
    statFile(path: string, signal: AbortSignal): Promise<FileStat | undefined>;
    /** The content of a file. Runs nothing in the container. */
    readFile(path: string, signal: AbortSignal): Promise<Buffer>;
    /** What the engine knows about the container now. */
    inspect(signal: AbortSignal): Promise<ContainerInspection>;
    /** What the container uses at this moment. */
    stats(signal: AbortSignal): Promise<ContainerStats>;
    /**
     * How full the file system at `path` is, measured without running anything in the container; `undefined` where only a command
     * inside can tell.
     */
    measureDisk(path: string, signal: AbortSignal): Promise<DiskUse | undefined>;
}
/** A check of your own: resolves when the service is healthy, rejects with what it saw when it is not. */
interface HealthProbe {
    /** What it checks, for messages. */
    readonly name: string;
    /** One attempt. It must end when `signal` aborts. */
    check(target: ProbeTarget, signal: AbortSignal): Promise<void>;
}
/** What a TCP server must answer. */
interface TcpProbeOptions {
    /** What is sent as soon as the connection is open. Only with `answerIncludes`. */
    readonly send?: string;
    /** What the server must send back, or send of itself. */
    readonly answerIncludes?: string;
}
/** Healthy once the process in the container accepts a connection, and answers as asked. */
interface TcpProbe extends TcpProbeOptions {
    readonly kind: "tcp";
    /** Port inside the container. */
    readonly port: number;
}
/** What an HTTP response must be like. */
interface HttpProbeOptions {
    /** Port inside the container. */
    readonly port: number;
    /**
     * Path and query.
     * @default "/"
     */
    readonly path?: string;
    /**
     * Request method.
     * @default "GET"
     */
    readonly method?: string;
    /** Request headers. */
    readonly headers?: Readonly<Record<string, string>>;
    /**
     * Accepted status codes, or a function that tells whether one is. With a function the probe is no longer plain data, so that
     * it is checked only in the process that has it.
     * @default every status from 200 to 399
     */
    readonly status?: number | readonly number[] | ((status: number) => boolean);
    /**
     * What a redirect is. `accept`: an answer like any other, and healthy by default, as in Kubernetes. `follow`: the answer at
     * the place that it leads to decides, 10 redirects on at most, all on the same port of the container. `reject`: a failure.
     * @default "accept"
     */
    readonly redirect?: "accept" | "follow" | "reject";
    /** What response headers must contain, by name. */
    readonly headersInclude?: Readonly<Record<string, string>>;
    /** What the body must contain, in its first MiB. */
    readonly bodyIncludes?: string;
    /** What the body must match, in a second at most. It is matched whole, so it must come to an end, within a MiB. */
    readonly bodyMatches?: RegExp;
    /**
     * Speak HTTPS.
     * @default false
     */
    readonly tls?: boolean;
    /**
     * Accept any certificate, such as the self-signed one of a test container. Only with `tls`.
     * @default false
     */
    readonly allowInvalidCertificate?: boolean;
}
/** A regular expression as plain data. */
interface TextPattern {
    /** The expression. */
    readonly source: string;
    /** Its flags, such as `i`. */
    readonly flags: string;
}
/** Healthy once an HTTP request gets the response asked for. */
interface HttpProbe extends Omit<HttpProbeOptions, "bodyMatches"> {
    readonly kind: "http";
    /** What the body must match. */
    readonly bodyMatches?: TextPattern;
}
/** What a command must do. */
interface CommandProbeOptions {
    /**
     * The exit code that means healthy.
     * @default 0
     */
    readonly exitCode?: number;
    /** What its standard output must contain. */
    readonly outputIncludes?: string;
}
/** Healthy once a command in the container ends as asked. */
interface CommandProbe extends CommandProbeOptions {
    readonly kind: "command";
    /** The command and its arguments. */
    readonly command: readonly string[];
}
/** What a file must be like. */
interface FileProbeOptions {
    /** Least size in bytes. */
    readonly minSizeBytes?: number;
    /** What its content must contain. A file of more than 64 MiB that is not in memory is not searched, and not healthy. */
    readonly contentIncludes?: string;
    /** How long ago it may have been changed at most, in milliseconds, as for a heartbeat. Files tell it by the second. */
    readonly modifiedWithinMs?: number;
    /**
     * Healthy while there is no such file, such as a lock.
     * @default false
     */
    readonly absent?: boolean;
}
/** Healthy once a file in the container is as asked. */
interface FileProbe extends FileProbeOptions {
    readonly kind: "file";
    /** Absolute path in the container. */
    readonly path: string;
}
/** Healthy once a PostgreSQL server asks who is there, which it does only when it takes queries. */
interface PostgresProbe {
    readonly kind: "postgres";
    /** Port inside the container. */
    readonly port: number;
}
/** Healthy once a Redis server answers commands; it does not while it loads its data. */
interface RedisProbe {
    readonly kind: "redis";
    /** Port inside the container. */
    readonly port: number;
}
/** Which file system, and how full it may be. */
interface DiskProbeOptions {
    /**
     * Absolute path in the container of anything on the file system.
     * @default "/"
     */
    readonly path?: string;
    /**
     * How much of it may be used, from 0 to 1.
     * @default 0.9
     */
    readonly maxUsedRatio?: number;
}
/** Healthy while a file system of the container has room left. */
interface DiskProbe extends DiskProbeOptions {
    readonly kind: "disk";
}
/** How much of its memory a container may use. */
interface MemoryProbeOptions {
    /**
     * How much of its limit it may hold, from 0 to 1; of the machine's memory where it has no limit.
     * @default 0.9
     */
    readonly maxUsedRatio?: number;
}
/** Healthy while a container has memory left. */
interface MemoryProbe extends MemoryProbeOptions {
    readonly kind: "memory";
}
/** Healthy once the engine's own check of the container, its `HEALTHCHECK`, says so. */
interface HealthCheckProbe {
    readonly kind: "healthCheck";
}
/** Healthy while another probe is not. */
interface NotProbe {
    readonly kind: "not";
    /** The other one. */
    readonly probe: Probe;
}
/** Healthy once all, any, or one after the other of several probes are. */
interface CombinedProbe {
    /**
     * How many must be healthy, and when they are checked: `all` of them and `any` one at the same time, those of a `sequence` each
     * when the one before is healthy.
     */
    readonly kind: "all" | "any" | "sequence";
    /** The probes. */
    readonly probes: readonly Probe[];
}
/** Tells whether a container can be used. All but `HealthProbe` are plain data. */
type Probe = TcpProbe | HttpProbe | CommandProbe | FileProbe | DiskProbe | MemoryProbe | HealthCheckProbe | PostgresProbe | RedisProbe | NotProbe | CombinedProbe | HealthProbe;

/**
 * The code of a failure that another attempt may not meet. What no attempt can mend has none here: a wrong image name, credentials
 * that are refused, a command that is not in the image, a configuration that is not valid, a migration that fails.
 */
type RetryableCode = "CLEANROOM_EXITED_AT_START" | "CLEANROOM_HEALTH_TIMEOUT" | "CLEANROOM_TIMEOUT" | "CLEANROOM_REGISTRY_UNREACHABLE" | "CLEANROOM_PORT_IN_USE" | "CLEANROOM_NAME_CONFLICT" | "CLEANROOM_ENGINE_REQUEST" | "CLEANROOM_CREATION_REFUSED" | "CLEANROOM_OUT_OF_MEMORY" | "CLEANROOM_OUT_OF_PROCESSES" | "CLEANROOM_OUT_OF_DISK";
/** Whether, when and how often a start that failed is tried again. */
interface RetryPolicy {
    /**
     * How often it is tried in all, the first time included.
     * @default 3
     */
    readonly attempts?: number;
    /**
     * How long to wait before the second attempt, in milliseconds.
     * @default 100
     */
    readonly delayMs?: number;
    /**
     * How many times longer each further wait is than the one before it.
     * @default 2
     */
    readonly factor?: number;
    /**
     * The longest wait, in milliseconds, `jitterRatio` not counted.
     * @default 10_000
     */
    readonly maxDelayMs?: number;
    /**
     * By how much of itself a wait is lengthened at random, at most; from 0 to 1. What failed together is then not tried again together.
     * @default 0.2
     */
    readonly jitterRatio?: number;
    /**
     * The failures after which it is tried again, by their codes; no others are.
     * @default all that can, except for `CLEANROOM_CREATION_REFUSED` and those of a `ResourceError`, which hardly mend themselves
     */
    readonly on?: readonly RetryableCode[];
}

/** Processor time. */
interface CpuUse {
    /** Cores in use since the sample before, for example `0.5` for half of one. */
    readonly usedCores: number;
    /** The most cores that it may use; absent when it is not limited. */
    readonly limitCores?: number;
    /** All that it has used since it started, in milliseconds of one core. */
    readonly usedMs: number;
}
/** Memory. */
interface MemoryUse {
    /** What it holds on to, in bytes: without the file cache that the kernel would give up under pressure. */
    readonly workingSetBytes: number;
    /** The most it has held at once since it started, in bytes, file cache included; absent where the kernel does not say. */
    readonly peakBytes?: number;
    /** The most it may hold, in bytes; absent when only the machine's memory is the limit. An engine elsewhere tells that. */
    readonly limitBytes?: number;
}
/** Disks. What is not known is absent, never 0. */
interface StorageUse {
    /** Bytes that disks have read for it since it started; absent where the kernel does not count them. */
    readonly readBytes?: number;
    /** Bytes that disks have written for it since it started; absent where the kernel does not count them. */
    readonly writtenBytes?: number;
    /** What it holds in directories that are in memory, such as tmpfs mounts and `/dev/shm`, in bytes; absent where the engine tells. */
    readonly tmpfsBytes?: number;
    /** Size of what it has written to its own file system, outside of mounts, in bytes; absent until somebody needs it. */
    readonly layerBytes?: number;
}
/** The network, without what stays inside the container: what went over it since the container started, and how fast. */
interface NetworkUse extends NetworkTraffic {
    /** Bytes received a second, since the sample before. */
    readonly receivedBytesPerSecond: number;
    /** Bytes sent a second, since the sample before. */
    readonly sentBytesPerSecond: number;
    /** The same since the start, of each interface by its name in the container, such as `eth0`. */
    readonly interfaces: Readonly<Record<string, NetworkTraffic>>;
}
/** Processes and threads. */
interface PidsUse {
    /** How many there are. */
    readonly current: number;
    /** The most there may be; absent when they are not limited. */
    readonly limit?: number;
    /** How often the kernel refused to make another since the container started; absent where it does not say. */
    readonly refused?: number;
}
/** What a container uses of the machine, seen over the time since the sample before. */
interface ResourceSample {
    /** When it was seen, in milliseconds since the epoch. */
    readonly atMs: number;
    /** Processor time. */
    readonly cpu: CpuUse;
    /** Memory. */
    readonly memory: MemoryUse;
    /** Disks. */
    readonly disk: StorageUse;
    /** The network; absent of a container that has none of its own. */
    readonly network?: NetworkUse;
    /** Processes and threads; absent where the kernel does not count them. */
    readonly pids?: PidsUse;
}

/** What a threshold can be on. What is not known of a container, or not limited, is below every threshold. */
type ResourceMetric = 
/** Cores in use. */
"cpuCores"
/** Cores in use, as a share of the limit: 1 is all of it. */
 | "cpuLimitRatio"
/** The working set, in bytes. */
 | "memoryBytes"
/** The working set, as a share of the limit. */
 | "memoryLimitRatio"
/** What was written to the container's own file system, in bytes. */
 | "layerBytes"
/** Bytes that the network brought in a second. */
 | "receivedBytesPerSecond"
/** Bytes that went out over the network in a second. */
 | "sentBytesPerSecond"
/** Processes and threads. */
 | "pids"
/** Processes and threads, as a share of the limit. */
 | "pidsLimitRatio";

/** When a rule acts, and how often. */
interface ResourceRuleTerms {
    /** What is looked at; its name says the unit. */
    readonly metric: ResourceMetric;
    /** The rule acts on values above this one, in the metric's unit: below 1 where that is a share of the limit. */
    readonly above: number;
    /**
     * For how long the values must have been above without a break, in milliseconds; after an action anew.
     * @default 0
     */
    readonly forMs?: number;
    /**
     * How long after one action the next may follow, in milliseconds.
     * @default 60_000
     */
    readonly cooldownMs?: number;
    /** How often it acts on one container at most; without a limit when absent. */
    readonly maxActions?: number;
    /** An `http:` or `https:` address that what happened is posted to, as JSON; nowhere when absent. */
    readonly webhook?: string;
}
/** A rule that tells everybody who uses the service, and does nothing else. */
interface AlertRule extends ResourceRuleTerms {
    readonly action: "alert";
}
/** A rule that gives the container less processor time, without restarting it. It stays so. */
interface ThrottleRule extends ResourceRuleTerms {
    readonly action: "throttle";
    /** The cores that it may use from then on, for example `0.5`; no more than `limits.cpuCores`. */
    readonly toCpuCores: number;
}
/** A rule that restarts the container. What it has in memory is lost. */
interface RestartRule extends ResourceRuleTerms {
    readonly action: "restart";
}
/** A rule that kills the container. The service has failed then. */
interface KillRule extends ResourceRuleTerms {
    readonly action: "kill";
}
/** What is done when a container uses too much for too long. Everybody who uses the service is told of every action. */
type ResourceRule = AlertRule | ThrottleRule | RestartRule | KillRule;
/** Which of a service's use is watched, and what is done about it. */
interface ResourceOptions {
    /**
     * How often its use is looked at, in milliseconds; every five seconds at least where `limits.disk` is kept that way. From an
     * engine elsewhere, news come once a second.
     * @default 1_000
     */
    readonly intervalMs?: number;
    /**
     * What is done when it uses too much. Without rules, nobody looks.
     * @default []
     */
    readonly rules?: readonly ResourceRule[];
}
/** A rule with every default in place; one that may act any number of times has no `maxActions`. */
type ResolvedRule = ResourceRule & Required<Pick<ResourceRuleTerms, "forMs" | "cooldownMs">> & {
    /** The option whose limit it enforces, for messages; `resources.rules` when absent. */
    readonly option?: string;
};
/** What is watched, with every default in place. Plain data. */
interface ResolvedResources {
    /** How often its use is looked at, in milliseconds. */
    readonly intervalMs: number;
    /** What is done when it uses too much. */
    readonly rules: readonly ResolvedRule[];
}

/** How the state of a container that has been initialised becomes an image; plain data. */
interface WarmRecipe {
    /** Identifies what the image is of: equal digests mean that one replaces initialising the other. */
    readonly digest: string;
    /** Name of the service, for messages. */
    readonly service: string;
    /** The engine's full id of the container. */
    readonly containerId: string;
    /** The image it was made from, by the engine's id of it. */
    readonly baseImageId: string;
    /** Where its data is, which is missing when a container is made. */
    readonly dataDirectory: string;
    /** What its initialisation told, for whoever starts from the image. */
    readonly details: Readonly<Record<string, string>>;
    /** A shell script that prints `uid:gid` of the data's owner to standard output. */
    readonly ownerScript: string;
    /** A shell script, run in the container, that writes a tar archive of `WARM_ROOT` to standard output. */
    readonly packScript: string;
    /** A shell script, run in the builder as the owner, that makes `WARM_ROOT/data.tar` of it: what the data directory holds. */
    readonly finishScript: string;
}

/**
 * How a service is, by its probe:
 * - `unknown`: nothing has been seen of it yet, or it cannot be looked at, as when it has been lost
 * - `starting`: it has not been healthy since it started, and has not failed often enough to be given up
 * - `healthy`: it succeeded as often in a row as asked for, and has not failed as often since
 * - `unhealthy`: it failed as often in a row as it may, and has not succeeded as often since
 */
type HealthStatus = "unknown" | "starting" | "healthy" | "unhealthy";
/** What one attempt of a probe gave. */
interface HealthResult {
    /** When the attempt ended, in milliseconds since the epoch. */
    readonly atMs: number;
    /** How long it took, in milliseconds. */
    readonly durationMs: number;
    /** Whether it succeeded. */
    readonly isHealthy: boolean;
    /** What it saw; there when it failed. */
    readonly message?: string;
}
/** A service that became healthier or sicker. */
interface HealthChange {
    /** The status before. */
    readonly from: HealthStatus;
    /** The status now. */
    readonly to: HealthStatus;
    /** When it changed, in milliseconds since the epoch. */
    readonly atMs: number;
    /** Why, as what the last failed attempt saw; absent when it became healthy. */
    readonly reason?: string;
}
/** How a service is and how it has been. */
interface HealthReport {
    /** How it is now. */
    readonly status: HealthStatus;
    /** Since when, in milliseconds since the epoch. */
    readonly sinceMs: number;
    /** Why it is not healthy, where something is known. */
    readonly reason?: string;
    /** Failures since the last success that count: those in the start period do not. */
    readonly failuresInARow: number;
    /** What the last attempts gave, oldest first; 20 at most. */
    readonly history: readonly HealthResult[];
}
/**
 * What tells how a container is: a probe that says whether it can be used, one that says whether it has to be restarted, or the
 * engine's own check.
 */
type HealthCheckName = "readiness" | "liveness" | "engine";

/** When a service counts as healthy or not. */
interface HealthTerms {
    /** How many failures in a row make it unhealthy. */
    readonly failureThreshold: number;
    /** How many successes in a row make it healthy. */
    readonly successThreshold: number;
    /** How long after its start failures do not count, in milliseconds; once it has been healthy they do. */
    readonly startPeriodMs: number;
}

/** How a probe is repeated once its service is ready. */
interface WatchPlan extends HealthTerms {
    /** The probe: plain data, as it is tried in another process. */
    readonly probe: Probe;
    /** How much later than the one before an attempt begins, in milliseconds. */
    readonly intervalMs: number;
    /** How long an attempt may take, in milliseconds. */
    readonly timeoutMs: number;
}
/** How often, and how fast, a container that has failed is restarted by itself. */
interface RestartPlan {
    /** How many restarts are tried without one that lasts. */
    readonly maxRestarts: number;
    /** How long to wait before the first one, in milliseconds; twice as long before each one after that. */
    readonly delayMs: number;
    /** How long a container must have run for earlier restarts to count no more, in milliseconds. */
    readonly resetAfterMs: number;
}
/** How a service is looked after once it is ready: plain data, for whoever does so. */
interface CarePlan {
    /** Tells whether it can be used. */
    readonly readiness?: WatchPlan | undefined;
    /** Tells whether it has to be restarted. */
    readonly liveness?: WatchPlan | undefined;
    /** What becomes of it when it ends, or is not alive any more; absent: it has failed for good. */
    readonly restart?: RestartPlan | undefined;
    /** Why it cannot be restarted at all, and what to do about it; absent where it can. */
    readonly restartProblem?: string | undefined;
    /** Tells that it can be used again after a restart: plain data; absent where its running process is all there is to wait for. */
    readonly startProbe?: Probe | undefined;
    /** How long a start may take, in milliseconds. */
    readonly startTimeoutMs: number;
    /** How long an attempt of the start probe may take, in milliseconds. */
    readonly attemptTimeoutMs: number;
}

/** How a service is started and shared. */
interface PlanTerms {
    /** How long it may take from its start until it is initialised, in milliseconds. */
    readonly startTimeoutMs: number;
    /** How long one attempt of the probe may take, in milliseconds. */
    readonly attemptTimeoutMs: number;
    /** Who shares it. */
    readonly scope: "project" | "user" | "process";
    /** How long it is kept after its last user has gone, in milliseconds. */
    readonly keepAliveMs: number;
    /** What is done when it uses too much; absent when nobody has to look. */
    readonly resources?: ResolvedResources;
    /** Whether its limit of memory is that of all services, which hardly any of them reaches; false when absent. */
    readonly isMemoryLimitOfAll?: boolean;
    /** Whether, when and how often a start that failed is tried again; never when absent. */
    readonly retry?: Required<RetryPolicy> | undefined;
}
/** A container that code other than Cleanroom's makes and waits for. Both are called only by whoever creates the service. */
interface ForeignContainer {
    /** Sets up what will make it. */
    build(): Promise<ContainerBuilder>;
    /** What everybody is told of it, given what its builder's `start` resolved with; added to the connection's details. */
    describe(started: unknown): Promise<Readonly<Record<string, string>>>;
}
/** How the state of a service that has been initialised becomes that of another one; plain data. */
type WarmScripts = Pick<WarmRecipe, "ownerScript" | "packScript" | "finishScript" | "dataDirectory">;
/** How a server that runs takes what it was not prepared with. */
interface Renewal {
    /** What else than the container must be the same. */
    readonly fingerprint: Json;
    /** Takes out of it what `prepare` and tests have made. Rejects when not everything can be taken out. */
    clear(connection: ServiceConnection, signal: AbortSignal): Promise<void>;
}
/** Everything that has been decided about a service before its container is made. */
interface ServicePlan extends PlanTerms {
    /** The container. Of one that is made as `foreign` says, only its aliases and how it is stopped. */
    readonly spec: ContainerSpec;
    /** Who makes the container and tells when it can be used, in place of `spec` and `probe`; Cleanroom when absent. */
    readonly foreign?: ForeignContainer;
    /** Tells when it can be used; absent when its running process is all there is to wait for. */
    readonly probe?: Probe | undefined;
    /** How it is looked after once it is ready. It is no part of the key: the container is the same. */
    readonly care: CarePlan;
    /** What else of the plan changes behaviour and so belongs to the key, such as the content of migrations. */
    readonly fingerprint: Json;
    /** What belongs to the key as well, and must not be found out from it; the spec's own secrets do so anyway. */
    readonly secrets?: readonly string[];
    /** Connection details that are known beforehand, such as user names; passwords too, so they are never logged. */
    readonly details: Readonly<Record<string, string>>;
    /** What its parts are; absent when it has none that could be made ahead of need. */
    readonly parts?: ServiceConnection["parts"];
    /**
     * Initialises the service, once, after its probe succeeded and before anybody gets it. What it returns is added to the
     * connection's details.
     */
    readonly prepare?: (connection: ServiceConnection, signal: AbortSignal) => Promise<Readonly<Record<string, string>>>;
    /** How a server that runs is prepared anew, without being made anew; absent where that cannot be. */
    readonly renewal?: Renewal | undefined;
    /**
     * Copies the state that `prepare` left, inside the container, so that the next one need not be initialised. Called right
     * after it; absent where the state must not, or cannot, be kept.
     */
    readonly snapshot?: ((connection: ServiceConnection, signal: AbortSignal) => Promise<WarmScripts>) | undefined;
}

/** Turns one spec into another. Pure: returns a new spec and never edits the one it was given, which is frozen. */
type ContainerCustomizer = (spec: ContainerSpec) => ContainerSpec;

/** A part that was made, and what its maker says of parts. */
interface MadePart {
    /** What it is called. */
    readonly id: string;
    /** How many may be made ahead of need. */
    readonly maxIdle: number;
    /** Whether parts can be reset. */
    readonly canReset: boolean;
}
/**
 * Makes parts of one service with the code of its user, in a process that uses it, for whoever needs one. Every call ends within
 * half a minute, unless the process itself is held up.
 */
interface PartMaker {
    /**
     * Makes a part.
     *
     * @throws IsolationError with what the code said; TimeoutError; LifecycleError when it makes no more.
     */
    make(): Promise<MadePart>;
    /** Makes a part what it was when it was made; resolves with its new name, or `undefined` when it has to be removed. */
    reset(id: string): Promise<string | undefined>;
    /** Removes a part. */
    remove(id: string): Promise<void>;
    /** Every part there is. */
    list(): Promise<readonly string[]>;
}

/** Where a service answers that exists already, as an environment variable says. */
interface ExistingAddress {
    /** Name of the service. */
    readonly name: string;
    /** The environment variable. */
    readonly variable: string;
    /** Its value, which may hold a password. */
    readonly url: URL;
}
/** How a service is used that exists already. */
interface ExistingPlan extends Pick<PlanTerms, "startTimeoutMs" | "attemptTimeoutMs"> {
    /** The port that its URL leads to, as a container would publish it. */
    readonly ports: ServiceConnection["ports"];
    /** Tells when it can be used; absent when there is nothing to ask. */
    readonly probe?: Probe | undefined;
    /** What of the options changes how it behaves. */
    readonly fingerprint: Json;
    /** What the kind of service adds to its connection; passwords too. */
    readonly details: ServiceConnection["details"];
    /** What its parts are; absent when it has none. */
    readonly parts?: ServiceConnection["parts"];
    /** Initialises what its parts are made from, unless another process has. What it returns is added to the details. */
    readonly prepare?: (connection: ServiceConnection, signal: AbortSignal) => Promise<Readonly<Record<string, string>>>;
    /** What the details are of a process that has a part to itself in place of the service's own; absent when none is wanted. */
    readonly withOwnPart?: (id: string) => Readonly<Record<string, string>>;
}
/** The plan, once the files that the options name are read. */
type PendingExistingPlan = (context: PlanContext) => Promise<ExistingPlan>;

/** How an isolated part is asked for. */
interface IsolateOptions {
    /** Ends the wait early; the returned promise rejects with its reason, and nothing of the part is left. */
    readonly signal?: AbortSignal;
}

/** How the image of a service is built from a Dockerfile. */
interface BuildOptions {
    /**
     * The directory that the Dockerfile may copy from, relative to the configuration's. What its `.dockerignore` names is left out.
     */
    readonly context: string;
    /**
     * The Dockerfile's path in that directory.
     * @default "Dockerfile"
     */
    readonly dockerfile?: string;
    /**
     * The stage to build.
     * @default the last
     */
    readonly target?: string;
    /** Values of the Dockerfile's `ARG`s. They can be read from the image: they are no place for secrets. */
    readonly args?: Readonly<Record<string, string>>;
    /** Labels of the image. */
    readonly labels?: Readonly<Record<string, string>>;
    /**
     * Whether a build runs every step, also those whose outcome the engine has kept.
     * @default false
     */
    readonly noCache?: boolean;
}

/** What takes a service's place: another description of it, such as one with another image, or the URL of one that exists already. */
type FallbackTarget = ServiceDefinition<unknown, unknown> | string;
/** The same, or a function of what creating the service failed with. */
type Fallback = FallbackTarget | ((error: unknown) => FallbackTarget | Promise<FallbackTarget>);
/** What is done about a service that fails. */
interface RecoveryOptions {
    /**
     * Tries a start that failed again, in the process that creates the service; everybody else waits for the outcome. `{}` for the
     * defaults.
     * @default it is tried once
     */
    readonly retry?: RetryPolicy;
    /**
     * What is used when the service could not be created for good: every process of the session comes to the same. A description
     * is one of the same kind and scope, such as `postgres()`, which depends on nothing that the service itself does not depend on; a URL
     * is treated as the one that `urlFrom` names. A function is called in each process, and must come to the same in all of them.
     */
    readonly fallback?: Fallback;
}

/** How often a container that has failed is restarted by itself. */
interface RestartOptions {
    /**
     * How many restarts are tried without one that lasts. Then the container has failed for good.
     * @default 3
     */
    readonly maxRestarts?: number;
    /**
     * How long to wait before the first one, in milliseconds; twice as long before each one after that.
     * @default 100
     */
    readonly delayMs?: number;
    /**
     * How long a container must have run for earlier restarts to count no more, in milliseconds.
     * @default 60_000
     */
    readonly resetAfterMs?: number;
}
/** How a service is watched while it is used. */
interface SupervisionOptions {
    /**
     * How much later than the one before an attempt of a probe begins, in milliseconds.
     * @default 1_000
     */
    readonly intervalMs?: number;
    /**
     * How long an attempt may take, in milliseconds; one that takes longer has failed.
     * @default 2_000
     */
    readonly timeoutMs?: number;
    /**
     * How many failures in a row make it unhealthy.
     * @default 3
     */
    readonly failureThreshold?: number;
    /**
     * How many successes in a row make it healthy again.
     * @default 1
     */
    readonly successThreshold?: number;
    /**
     * How long after its start failures do not count until it was healthy once, in milliseconds.
     * @default 0
     */
    readonly startPeriodMs?: number;
    /**
     * Tells whether it can be used. `false`: nothing does.
     * @default the probe that it was waited with
     */
    readonly readiness?: Probe | false;
    /**
     * Tells whether it has to be restarted.
     * @default nothing does
     */
    readonly liveness?: Probe;
    /**
     * Whether it is restarted when it ends by itself, or is not alive any more.
     * @default only where there is a `liveness` probe
     */
    readonly restart?: boolean | RestartOptions;
}

/** A file or directory that is copied into the container before it starts. Give `source` or `content`. */
interface CopiedFile {
    /** Absolute path in the container. */
    readonly target: string;
    /** Path on this machine, relative to the configuration's directory. A directory is copied with all it holds. */
    readonly source?: string;
    /** The content itself. */
    readonly content?: string;
    /**
     * Permission bits.
     * @default 0o644
     */
    readonly mode?: number;
}
/** A directory of the host seen inside the container. */
interface BindMount {
    readonly type: "bind";
    /** Path on this machine, relative to the configuration's directory. */
    readonly source: string;
    /** Absolute path in the container. */
    readonly target: string;
    /**
     * Whether the container may only read it.
     * @default false
     */
    readonly readOnly?: boolean;
}
/** A volume seen inside the container. */
interface VolumeMount {
    readonly type: "volume";
    /**
     * Name of the volume. One with a name is the user's, and made by the engine where there is none: Cleanroom never removes it.
     * One without is the container's own, and goes with it.
     */
    readonly source?: string;
    /** Absolute path in the container. */
    readonly target: string;
    /**
     * Whether the container may only read it.
     * @default false
     */
    readonly readOnly?: boolean;
    /**
     * Whether an empty one stays empty. Otherwise the engine first fills it with what the image has at `target`.
     * @default false
     */
    readonly noCopy?: boolean;
}
/**
 * A directory for what can be made again, such as packages that were downloaded. It is kept for the next container and the next
 * run, until it has to make room or `cleanroom prune` removes it; never while it is mounted. Each project has its own.
 */
interface CacheMount {
    readonly type: "cache";
    /** What it is called; whoever of the project says the same name gets the same directory. */
    readonly name: string;
    /** Absolute path in the container. */
    readonly target: string;
}
/** A directory in memory, gone with the container. */
interface TmpfsMount {
    readonly type: "tmpfs";
    /** Absolute path in the container. */
    readonly target: string;
    /** Most it can hold, in bytes; half of the machine's memory when absent. */
    readonly sizeBytes?: number;
}
/** Something that the container may know and nobody else. Give `value`, `variable` or `file`. */
interface Secret {
    /** The secret itself. */
    readonly value?: string;
    /** Name of the environment variable, of the process that starts the container, that holds it. */
    readonly variable?: string;
    /** Path of a file on this machine that holds it, relative to the configuration's directory. */
    readonly file?: string;
    /**
     * Absolute path in the container of the file that holds it there.
     * @default "/run/secrets/" and the secret's name
     */
    readonly target?: string;
    /**
     * Permission bits of that file, which belongs to root.
     * @default 0o444
     */
    readonly mode?: number;
    /**
     * Name of an environment variable of the main process that holds it as well, as text, without the line break that a file may
     * end with. The engine does not tell it to anybody; in the container everybody can read it, whatever `mode` says. It needs an
     * image with `/bin/sh`.
     */
    readonly env?: string;
}
/** What a container's processes may do. */
interface SecurityOptions {
    /**
     * Gives the container every right on the host.
     * @default false
     */
    readonly privileged?: boolean;
    /**
     * Makes everything but mounts read-only.
     * @default false
     */
    readonly readOnlyRootFilesystem?: boolean;
    /** Linux capabilities added to the engine's default set, for example `NET_ADMIN`. */
    readonly addCapabilities?: readonly string[];
    /** Linux capabilities taken from the engine's default set; `ALL` takes every one. */
    readonly dropCapabilities?: readonly string[];
    /**
     * Whether set-user-id programs such as sudo may raise their rights.
     * @default false
     */
    readonly allowNewPrivileges?: boolean;
}
/** Options that every kind of service has. */
interface ServiceOptions<Needs extends Dependencies = Dependencies> {
    /**
     * What must be ready before it starts, under names of your choice; `env` gets their handles under the same names. It
     * reaches each at its `networkUrl`.
     */
    readonly dependsOn?: Needs;
    /**
     * Files on this machine that hold environment variables, a `NAME=value` a line, relative to the configuration's directory. A
     * later one wins over an earlier one, and `env` over all of them.
     */
    readonly envFiles?: readonly string[];
    /**
     * What only the container may know, by name: the secret itself, or where it comes from. Each is a file in the container. They
     * are in nothing that Cleanroom or the engine tells of it.
     */
    readonly secrets?: Readonly<Record<string, string | Secret>>;
    /** Files copied in before it starts. */
    readonly files?: readonly CopiedFile[];
    /** Directories of the host, volumes, and directories in memory. */
    readonly mounts?: readonly (BindMount | VolumeMount | CacheMount | TmpfsMount)[];
    /**
     * Whether it joins the environment's network, where other containers reach it under its name.
     * @default true when it depends on a service or one of the configuration's services depends on it
     */
    readonly network?: boolean;
    /** Further names under which other containers reach it. */
    readonly networkAliases?: readonly string[];
    /**
     * Whether `host.docker.internal` leads to this machine from inside. What it reaches there must listen on all addresses,
     * or on that of the engine's bridge.
     * @default false
     */
    readonly hostAccess?: boolean;
    /**
     * Commands that are run in it once its probe has succeeded, before anything else initialises it and before anybody gets it: one
     * after the other, without a shell, once for each container. A restart does not repeat them. The first that does not end with
     * 0 is a `CreationError`.
     */
    readonly init?: readonly (readonly string[] | InitCommand)[];
    /**
     * How much of the machine it may use, beyond what the configuration's `limits` say of all; `false`: as much as there is.
     * @default as the configuration's `limits` say
     */
    readonly limits?: ResourceLimits | false;
    /**
     * What is done when it uses more than it should: an alert, less processor time, a restart, or its end.
     * @default { intervalMs: 1_000, rules: [] }
     */
    readonly resources?: ResourceOptions;
    /** What its processes may do. */
    readonly security?: SecurityOptions;
    /**
     * How the engine itself checks it, as its `HEALTHCHECK`; `false` switches off that of the image. The probe `healthCheck()` goes
     * by it.
     * @default as the image says
     */
    readonly healthCheck?: HealthCheckOptions | false;
    /** Labels in addition to Cleanroom's own. */
    readonly labels?: Readonly<Record<string, string>>;
    /**
     * How its image is built, from a Dockerfile, whenever there is none yet of what that copies. What is built is called
     * `cleanroom-build/` and the service's image; `pullPolicy` and substitutions do not matter then.
     */
    readonly build?: BuildOptions;
    /** Platform of the image, for example `linux/amd64`; the engine's own when absent. */
    readonly platform?: string;
    /**
     * When the image is fetched from its registry.
     * @default as the configuration's `pullPolicy` says
     */
    readonly pullPolicy?: "missing" | "always" | "never";
    /**
     * How long it may take from its start until it is initialised, in milliseconds. Fetching the image is not part of it.
     * @default 60_000
     */
    readonly startTimeoutMs?: number;
    /**
     * How long one attempt of its probe may take, in milliseconds.
     * @default 2_000
     */
    readonly attemptTimeoutMs?: number;
    /**
     * Whether it is watched while it is used: its probe is repeated, and a container that fails can be restarted. What happens to
     * its container, such as its end, is told in any case.
     * @default false
     */
    readonly supervision?: boolean | SupervisionOptions;
    /**
     * How long it may take to stop when asked to, in milliseconds, before it is killed.
     * @default 10_000
     */
    readonly stopGraceMs?: number;
    /**
     * Who shares it. `project`: every process of the project. `user`: every project of the user on this machine that describes
     * it alike. `process`: nobody else.
     * @default "project"
     */
    readonly scope?: "project" | "user" | "process";
    /**
     * How long it is kept for the next one who needs it after its last user has gone, in milliseconds. It sleeps meanwhile.
     * @default 0
     */
    readonly keepAliveMs?: number;
    /**
     * Name of an environment variable, such as `DATABASE_URL`. Where it is set, the service is not started: what exists at its URL
     * is used instead. The variable `CLEANROOM_URL_` with the service's name, in capitals, does so without this option, and wins.
     */
    readonly urlFrom?: string;
    /** What is done when it cannot be created: another attempt, or something else in its place. */
    readonly recovery?: RecoveryOptions;
    /** Changes to the container's description, applied in order after the environment's own. */
    readonly customizers?: readonly ContainerCustomizer[];
}

/** Which tests share an isolated part. */
type IsolationPer = "test" | "file" | "worker";
/** How a test runner's integration divides a service among tests. */
interface IsolationOptions<Per extends IsolationPer = IsolationPer> {
    /**
     * Who gets a part of its own: each test, each test file, or each worker of the runner. `isolate()` makes a new part whatever
     * this says.
     * @default "test"
     */
    readonly per?: Per;
    /**
     * How long the part of a test that failed is kept, with its server, to look at what the test left, in milliseconds. Only
     * databases and schemas of PostgreSQL are, and only of a test that had one of its own.
     * @default 600_000; 0 where the environment variable `CI` is set
     */
    readonly keepFailedMs?: number;
    /**
     * Whether what is in the part of a test that failed is written to a file, in `.cleanroom/failed` of the project, where that part
     * is not kept. Only databases of PostgreSQL are, and only of a test that had one of its own.
     * @default true
     */
    readonly dumpFailed?: boolean;
}
/** Options of every service that has parts. */
interface DivisibleServiceOptions<Per extends IsolationPer = IsolationPer> extends ServiceOptions {
    /** How tests get parts of it. */
    readonly isolation?: IsolationOptions<Per>;
}

/** Names of the properties of a part that are text or numbers. */
type TextProperty<Part> = string & {
    readonly [Name in keyof Part]: Part[Name] extends string | number ? Name : never;
}[keyof Part];
/**
 * Environment variables by which a program finds a part of a service. The value of each is a property of the part, such as
 * `"url"`, or what a function makes of the part.
 */
type PartVariables<Part> = Readonly<Record<string, TextProperty<Part> | ((part: Part) => string)>>;
/** What the value of a variable comes from, whatever the part is. */
type VariableSource = string | ((part: never) => string);

/** How a container is. */
interface ContainerHealth {
    /** Whether it can be used, as its readiness probe says; `unknown` where nothing watches it. */
    readonly status: HealthStatus;
    /** What its readiness probe has seen; absent where there is none. */
    readonly readiness?: HealthReport;
    /** What its liveness probe has seen; absent where there is none. */
    readonly liveness?: HealthReport;
}

/**
 * Where a container is in its life. `created`: the engine has made it. `ready`: its probe succeeded and its initialisation
 * is through. `running`: it has been handed out. `stopped` and `failed` are final.
 */
type ContainerState = "created" | "starting" | "ready" | "running" | "restarting" | "stopping" | "stopped" | "failed";

/** How long something took, over all the times that it was done. */
interface Timings {
    /** How often it was done. */
    readonly count: number;
    /** How often it failed; those count as well. */
    readonly failures: number;
    /** How long it took in all, in milliseconds. */
    readonly totalMs: number;
    /** How long it took on average, in milliseconds. */
    readonly meanMs: number;
    /** The shortest, in milliseconds. */
    readonly minMs: number;
    /** The longest, in milliseconds. */
    readonly maxMs: number;
    /** Half of them took no longer than this, in milliseconds; exact to one per cent. */
    readonly p50Ms: number;
    /** 95 of 100 took no longer than this, in milliseconds; exact to one per cent. */
    readonly p95Ms: number;
    /** 99 of 100 took no longer than this, in milliseconds; exact to one per cent. */
    readonly p99Ms: number;
    /** How often it was done a second, from the beginning of the first to the end of the last. */
    readonly perSecond: number;
}

/**
 * What a container uses of the machine. Rates are those since it was asked for before; the first time, since the container
 * started.
 */
interface ContainerMetrics extends ResourceSample {
    /** The engine's full id. */
    readonly id: string;
    /** When it started, in milliseconds since the epoch; a restart is a start. */
    readonly startedAtMs: number;
    /** How long ago that was, in milliseconds. */
    readonly uptimeMs: number;
}
/** What one probe has seen that watches a service. */
interface CheckMetrics {
    /** What it says now. */
    readonly status: HealthStatus;
    /** How often it was tried. */
    readonly checks: number;
    /** How often it failed. */
    readonly failures: number;
    /** What the last failure saw; absent when there was none. */
    readonly lastFailure?: string;
    /** How long it has had each status, in milliseconds, the one that it has now included; none that it never had. */
    readonly timeInMs: Readonly<Partial<Record<HealthStatus, number>>>;
}
/** How a service is and has been, by the probes that watch it as its option `supervision` says. */
interface HealthMetrics {
    /** Whether it can be used; `unknown` where nothing watches it. */
    readonly status: HealthStatus;
    /** How often probes were tried. */
    readonly checks: number;
    /** How often they failed. */
    readonly failures: number;
    /** What its readiness probe has seen; absent where there is none. */
    readonly readiness?: CheckMetrics;
    /** What its liveness probe has seen; absent where there is none. */
    readonly liveness?: CheckMetrics;
}
/** What went through the proxies of a handle. */
interface TrafficMetrics {
    /** How long requests took until their answer began: what a client waits before it can read anything. */
    readonly latency?: Timings;
    /** How long requests took until their answer was complete; its `perSecond` is the rate of requests. */
    readonly responseTime?: Timings;
    /** Connections that were opened. */
    readonly connections: number;
    /** Connections that failed: refused by the service, or cut off by either side. */
    readonly failedConnections: number;
    /** Bytes that clients sent. */
    readonly sentBytes: number;
    /** Bytes that the service answered. */
    readonly receivedBytes: number;
    /** Bytes in both directions a second, from the first connection to the last byte. */
    readonly bytesPerSecond: number;
}
/** How fast a service answers. */
interface PerformanceMetrics {
    /** How long its probes took; absent where none watches it. */
    readonly probes?: Timings;
    /** What went through the proxies of this handle; absent where it has had none. */
    readonly traffic?: TrafficMetrics;
}
/** What is known of a service: what it uses, how it is, how fast it answers. Plain data. What is not known is absent, never 0. */
interface ServiceMetrics {
    /** Name of the service. */
    readonly name: string;
    /** When it was looked at, in milliseconds since the epoch. */
    readonly atMs: number;
    /** What its container uses; absent of a service that exists already, and of one that does not run. */
    readonly container?: ContainerMetrics;
    /** How it is. */
    readonly health: HealthMetrics;
    /** How fast it answers. */
    readonly performance: PerformanceMetrics;
}

/** How a container's use is followed. */
interface MonitorOptions {
    /**
     * How often it is looked at, in milliseconds, from 1. From an engine elsewhere, news come once a second.
     * @default 1_000
     */
    readonly intervalMs?: number;
    /**
     * Whether `disk.layerBytes` is wanted. The engine looks at every file for it, so it is measured every five seconds at most.
     * @default false
     */
    readonly measureLayer?: boolean;
    /** Ends the iteration, which rejects with its reason. */
    readonly signal?: AbortSignal | undefined;
}

/** What a handle can ask of the container behind it. */
interface ContainerAccess {
    /** Its state now. */
    state(): ContainerState;
    /** What it failed with; absent where nobody would tell. */
    error?(): unknown;
    /** How it is reached now, which a restart changes; absent where nobody would tell. */
    connection?(): ServiceConnection;
    /** How it is, by the probes that watch it. Absent where nobody watches it. */
    health?(): Promise<ContainerHealth>;
    /** What it uses, and how it is. Absent where nobody could look. */
    metrics?(): Promise<ServiceMetrics>;
    /** Restarts it and resolves when it can be used again. Absent where nobody can. */
    restart?(): Promise<void>;
    /** Runs a command in it, without a shell. */
    exec(command: readonly string[], options: ExecOptions, signal?: AbortSignal): Promise<ExecResult>;
    /** Its last `tailLines` log lines. */
    logs(tailLines: number, signal?: AbortSignal): Promise<string>;
    /** Whether a part can be kept after it was given back: somebody must be there to remove it in the end. */
    readonly canKeepParts?: boolean;
    /** A part of it that nobody else has; what it is called. Only of services that have parts. */
    takePart(signal?: AbortSignal): Promise<string>;
    /** Gives a part back, which is removed in the background, at once or after some time. */
    givePart(id: string, keepForMs?: number): Promise<void>;
    /** A container described like it that nobody else has. Absent where nobody is there to start one. */
    claim?(options: ClaimOptions): Promise<ClaimedContainer>;
    /** What it uses of the machine now. */
    stats(signal?: AbortSignal): Promise<ContainerStats>;
    /** Samples of what it uses of the machine, as they are made, until it ends. */
    monitor(options: MonitorOptions): AsyncIterable<ResourceSample>;
}
/** Which container is claimed. */
interface ClaimOptions {
    /** Whether the one that others share will do while nobody has claimed it. */
    readonly includesShared: boolean;
    /** Whether another is started meanwhile, for whoever claims one next. */
    readonly isNextStarted: boolean;
    /** Ends the wait early; the returned promise rejects with its reason. */
    readonly signal?: AbortSignal | undefined;
}
/** A container that its holder alone has. */
interface ClaimedContainer {
    /** How to reach it. */
    readonly connection: ServiceConnection;
    /** What a handle can ask of it. */
    readonly access: ContainerAccess;
    /** Whether it was made for this very claim; of any other, somebody may have used it. */
    readonly isNew: boolean;
    /** Gives it back: for the next one, or to be removed in the background. */
    give(isReusable: boolean): Promise<void>;
    /** Has it removed, as it could not be reset, and tells why. */
    discard(error: unknown): Promise<void>;
}

/** What a kind of service is told when its container is planned. */
interface PlanContext {
    /** Name of the service. */
    readonly name: string;
    /** Directory that relative paths in its options start from. */
    readonly rootDirectory: string;
    /** Whether it joins the environment's network. */
    readonly isOnNetwork: boolean;
    /** The image to use in place of the one asked for. */
    readonly substituteImage: (image: string) => string;
    /** What holds where its options say nothing. */
    readonly defaults: ServiceDefaults;
    /**
     * A password that nobody can guess, for a purpose within the service: the same for everybody who may share it, and another
     * one for everybody else.
     */
    readonly passwordFor: (purpose: string) => string;
    /** The environment variables of this process, for programs that the user has it start. */
    readonly variables: () => Readonly<Record<string, string>>;
    /** Customizers of the whole environment; a service's own come after them. */
    readonly customizers: readonly ContainerCustomizer[];
}
/** Handles of the services that one depends on, under the names its options give them. */
type DependencyHandles = Readonly<Record<string, unknown>>;
/** A plan that lacks nothing but the handles of what the service depends on. */
type PendingPlan = (dependencies: DependencyHandles) => ServicePlan;
/** How one kind of service is planned, reached and isolated. */
interface ServiceKind<Handle, Isolated> {
    /**
     * Checks the options as they were given.
     *
     * @throws ConfigurationError with everything that is wrong.
     */
    validate(name: string): Promise<void>;
    /**
     * Decides everything about the container, from options that are valid.
     *
     * @throws ConfigurationError when a file that the options name is not there.
     */
    plan(context: PlanContext): Promise<PendingPlan>;
    /**
     * Decides how a service is used that exists already; reads no files yet.
     *
     * @throws ConfigurationError when its address cannot be that of this kind.
     */
    planExisting(address: ExistingAddress): PendingExistingPlan;
    /** A handle on a service that is ready; in any process. The environment owns the service. */
    attach(connection: ServiceConnection, access: ContainerAccess): Handle & AsyncDisposable;
    /** A part of the service that belongs to the caller alone, who disposes it; the service itself where it has no parts. */
    isolate(handle: Handle, options?: IsolateOptions): Promise<Isolated>;
    /**
     * What makes its parts in this process, for whoever needs one; the caller disposes it. Absent where the coordinator makes them,
     * and where there are none.
     */
    divide?(handle: Handle): PartMaker & AsyncDisposable;
}
/** Services by the names that options give them. */
type Dependencies = Readonly<Record<string, ServiceDefinition<unknown, unknown>>>;
/**
 * What `postgres()`, `redis()` and `container()` return: a description of a service. Making one starts nothing. The same
 * object always means the same service within an environment.
 */
interface ServiceDefinition<Handle, Isolated = Handle, Per extends IsolationPer = IsolationPer> {
    /** What it is, for example `postgres`. */
    readonly kind: string;
    /** The image asked for. */
    readonly image: string;
    /** What must be ready before it starts. */
    readonly dependsOn: Dependencies;
    /** The options as they were given. */
    readonly options: {
        readonly network?: boolean;
        readonly scope?: PlanTerms["scope"];
        readonly urlFrom?: string;
        readonly recovery?: RecoveryOptions;
        readonly isolation?: IsolationOptions<Per>;
        readonly variables?: Readonly<Record<string, VariableSource>>;
    };
    /**
     * Whether its isolated parts are whole containers, which may have to be started first.
     * @default false
     */
    readonly hasOwnContainers?: boolean;
    /** Loads what knows how to run it; only done once it is needed. */
    readonly load: () => Promise<ServiceKind<Handle, Isolated>>;
}
/** The handle that a service is used through. */
type HandleOf<Definition> = Definition extends ServiceDefinition<infer Handle, unknown> ? Handle : never;
/** What a single test gets of a service. */
type IsolatedOf<Definition> = Definition extends ServiceDefinition<infer _Handle, infer Isolated> ? Isolated : never;
/** Which tests share what a test gets of a service; all three where its type does not tell. */
type IsolationPerOf<Definition> = Definition extends ServiceDefinition<infer _Handle, infer _Isolated, infer Per> ? Per : never;

/** Services by name. The name is what tests, other containers and messages call them. */
type Services = Readonly<Record<string, ServiceDefinition<unknown, unknown>>>;
/** What a project's tests need. */
interface CleanroomConfig<Configured extends Services = Services> {
    /** The services, by name. */
    readonly services: Configured;
    /**
     * Images to use in place of others, such as those of a private mirror: `{ "*": "mirror.example/*" }`. A `*` stands for any text,
     * and in the replacement for what that was; the first match wins. The environment variable `CLEANROOM_IMAGE_SUBSTITUTIONS` wins over it.
     */
    readonly imageSubstitutions?: Readonly<Record<string, string>>;
    /**
     * When the images of services are fetched whose options do not say. The environment variable `CLEANROOM_PULL_POLICY` wins over
     * it.
     * @default "missing"
     */
    readonly pullPolicy?: "missing" | "always" | "never";
    /**
     * Accounts that images are fetched with, by the host of their registry, with its port if their names have one:
     * `{ "registry.example": { username: "ci", passwordFrom: "REGISTRY_TOKEN" } }`. Images that name no registry are from
     * `docker.io`.
     * @default the accounts that `docker login` or `DOCKER_AUTH_CONFIG` know
     */
    readonly registries?: Readonly<Record<string, RegistryOptions>>;
    /** Changes to every container's description, applied in order. */
    readonly customizers?: readonly ContainerCustomizer[];
    /**
     * How processes share services. `shared`: through one small process for all of them, which also removes what a process leaves
     * that is killed. `in-process`: not at all, where no process may be started; what is killed leaves its containers. The
     * environment variable `CLEANROOM_COORDINATION` wins over it.
     * @default "shared"
     */
    readonly coordination?: "shared" | "in-process";
    /**
     * Whether what initialisation made, migrations included, is kept as an image, from which later starts begin. Of Postgres
     * only, and where processes share services. The environment variable `CLEANROOM_WARM_IMAGES` (`true` or `false`) wins over it.
     * @default false
     */
    readonly warmImages?: boolean;
    /**
     * Whether a container that exits or never becomes healthy at its start, or fails while it is used, is kept to be looked at:
     * its files, its log, and its processes if they run. The error, or a warning, says how. It goes with `cleanroom down`, with
     * `cleanroom prune`, or with the first run a day after its start. Only where processes share services. The environment
     * variable `CLEANROOM_KEEP_ON_FAILURE` (`true` or `false`) wins over it.
     * @default false
     */
    readonly keepOnFailure?: boolean;
    /**
     * How many containers the project may have; unlimited when absent. The environment variables `CLEANROOM_MAX_CONTAINERS`,
     * `CLEANROOM_MAX_IDLE_CONTAINERS` and `CLEANROOM_WHEN_FULL` win over it.
     */
    readonly capacity?: CapacityPolicy;
    /** How containers, images, networks and volumes are kept for whoever needs them next. */
    readonly caches?: CachesOptions;
    /**
     * How much of the machine each container may use whose own `limits` do not say; `false`: as much as there is. The environment
     * variables `CLEANROOM_MEMORY_BYTES`, `CLEANROOM_PIDS` and `CLEANROOM_CPU_CORES` win over it.
     * @default 4 GiB of memory and 4,096 processes and threads
     */
    readonly limits?: DefaultLimits | false;
    /**
     * What the names of containers, the order in which they start and end, their host ports and random choices follow from, so that
     * two runs do the same. Services then start one after the other. The environment variable `CLEANROOM_SEED` wins over it.
     * @default none; then they are left to chance
     */
    readonly seed?: string | number;
    /**
     * Time zone of every container, as its environment variable `TZ`, of PostgreSQL's sessions, and of the command of `cleanroom run`,
     * for example `Europe/Berlin`. A service's own `env` wins over it, as does the environment variable `CLEANROOM_TIME_ZONE`.
     * @default that of the image
     */
    readonly timeZone?: string;
    /**
     * Locale of every container and of the command of `cleanroom run`, as environment variables `LANG` and `LC_ALL`; the images must
     * have it, as most have `C.UTF-8`. A service's own `env` wins over it, as does the environment variable `CLEANROOM_LOCALE`.
     * @default that of the image
     */
    readonly locale?: string;
    /**
     * Whether images that `cleanroom.lock` does not name, or that are others in the engine than it says, are refused. The environment variable `CLEANROOM_FROZEN` (`true`
     * or `false`) wins over it.
     * @default false
     */
    readonly frozen?: boolean;
}
/** Gives a configuration its type, and returns it as it is. It is checked when an environment starts. */
declare function defineConfig<const Configured extends Services>(config: CleanroomConfig<Configured>): CleanroomConfig<Configured>;

/** How the caches keep what they keep. */
interface CacheSettings {
    /** Which container goes first. */
    readonly containerPolicy: ChosenPolicy;
    /** How long a container is handed out after it became ready, in milliseconds; for ever when absent. */
    readonly maxReuseMs: number | undefined;
    /** Which image goes first, of those that Cleanroom made. */
    readonly imagePolicy: ChosenPolicy;
    /** How long it is believed that an image is there, in milliseconds. */
    readonly imageTtlMs: number;
    /** How much data the images that Cleanroom made may hold, in bytes. */
    readonly maxImageBytes: number;
    /** Which network goes first. */
    readonly networkPolicy: ChosenPolicy;
    /** Most networks. */
    readonly maxNetworks: number;
    /** Which volume goes first. */
    readonly volumePolicy: ChosenPolicy;
    /** Most cache volumes. */
    readonly maxVolumes: number;
}

/** An image name with `*` for any text, and what is used in its place, with `*` for what that was. */
type Substitution = readonly [pattern: string, replacement: string];

/** What services are run with besides their own options. What is optional has a meaning when it is absent. */
interface Settings extends CacheSettings {
    /** How processes share services. */
    readonly coordination: "shared" | "in-process";
    /** Images used in place of others; the first that matches wins. */
    readonly imageSubstitutions: readonly Substitution[];
    /** When the images of services are fetched whose options do not say. */
    readonly pullPolicy: ContainerSpec["pullPolicy"];
    /** Whether what initialisation made is kept as an image. */
    readonly warmImages: boolean;
    /** Whether containers that fail are kept to be looked at. */
    readonly keepOnFailure: boolean;
    /** Most containers of the project. */
    readonly maxContainers: number | undefined;
    /** Most containers that are kept though nobody uses them. */
    readonly maxIdleContainers: number | undefined;
    /** What becomes of a request when all containers are in use. */
    readonly whenFull: NonNullable<CapacityPolicy["whenFull"]>;
    /** Memory of a container whose own options do not say, in bytes; `false` for as much as there is. */
    readonly memoryBytes: number | false;
    /** Number of its processes and threads, likewise. */
    readonly pids: number | false;
    /** Its cores, likewise. */
    readonly cpuCores: number | false;
    /** What names, orders and random choices follow from; by chance when absent. */
    readonly seed: string | undefined;
    /** Time zone of every container, as its `TZ`; its image's when absent. */
    readonly timeZone: string | undefined;
    /** Locale of every container, as its `LANG` and `LC_ALL`; its image's when absent. */
    readonly locale: string | undefined;
    /** Whether images other than those that `cleanroom.lock` names are refused. */
    readonly frozen: boolean;
}
/** Where a value came from, the first of these that has one. */
type SettingSource = "command line" | "environment" | "file" | "default";

/** One source of a value. */
interface ValueOrigin {
    /** What kind of source it is. */
    readonly source: SettingSource;
    /** Which one: the option of the command line, the variable, the file with line and column where it is data; `default`. */
    readonly origin: string;
    /** What it says. Passwords and the like are masked. */
    readonly value: unknown;
}
/** One value of a configuration, and where it came from. */
interface ConfigValue extends ValueOrigin {
    /** Where it is in the configuration, for example `capacity.maxContainers` or `services.db.image`. */
    readonly path: string;
    /** What else says it, the next one first; it is overruled, or, as with `imageSubstitutions`, part of the value. */
    readonly others: readonly ValueOrigin[];
}

/** A configuration and where it came from. */
interface LoadedConfig {
    /** The configuration, not checked yet. */
    readonly config: CleanroomConfig;
    /** Absolute path of its file. */
    readonly file: string;
    /** Its directory: relative paths start there. */
    readonly rootDirectory: string;
}
/** Imports a module by its path. */
type LoadModule = (path: string) => Promise<unknown>;
/**
 * Loads a configuration file: a module, or JSON or YAML, which describe services as data.
 *
 * @param load - Imports a module by its path; Node itself by default, which takes TypeScript as it is.
 * @throws ConfigurationError when it cannot be loaded or exports none; of JSON and YAML, with the places of what is wrong.
 */
declare function loadConfigFile(file: string, load?: LoadModule): Promise<LoadedConfig>;

/**
 * The configuration file of the project that `startDirectory` is in: the nearest one, there or further up. It is a
 * `cleanroom.config` with the extension `ts`, `mts`, `js`, `mjs`, `json`, `yaml` or `yml`, or a `package.json` with the key
 * `cleanroom`.
 *
 * @throws ConfigurationError when there is none, or when one directory has several.
 */
declare function findConfigFile(startDirectory: string): Promise<string>;

/** A service that another process runs. Disposing closes what this process has open to it; the service goes on. */
interface AttachedService<Handle, Isolated> extends AsyncDisposable {
    /** What it is used through. */
    readonly handle: Handle;
    /** A part of it that belongs to the caller alone, who disposes it; the service itself where it has no parts. */
    isolate(options?: IsolateOptions): Promise<Isolated>;
}
/**
 * A handle on a service that another process runs, from what that process's `environment.connections` says of it. Talks to
 * nobody until it is used; the caller disposes it.
 *
 * @param definition - The service as the configuration describes it.
 */
declare function attachService<Handle, Isolated>(definition: ServiceDefinition<Handle, Isolated>, connection: ServiceConnection): Promise<AttachedService<Handle, Isolated>>;

/** How long each step of a start took, in milliseconds. */
interface StartTimings {
    /** Fetching the image, or building it; 0 when it was there. */
    readonly pullMs: number;
    /** Making the container and copying files into it. */
    readonly createMs: number;
    /** Until the engine reported the process as started. */
    readonly startMs: number;
    /** From then until the probe succeeded. */
    readonly waitMs: number;
    /** Initialisation after that, such as migrations. */
    readonly prepareMs: number;
    /** All of it. */
    readonly totalMs: number;
}
/** A container moved to another state. */
interface StateEvent {
    /** Name of the service. */
    readonly name: string;
    /** The engine's id of the container. */
    readonly id: string;
    /** The state before; absent for the first. */
    readonly from?: ContainerState;
    /** The state now. */
    readonly to: ContainerState;
    /** When, in milliseconds since the epoch. */
    readonly atMs: number;
    /** Why. */
    readonly reason: string;
    /** What it failed with, when `to` is `failed`. */
    readonly error?: unknown;
}
/** A container can be used. */
interface ReadyEvent {
    /** Name of the service. */
    readonly name: string;
    /** The engine's id of the container. */
    readonly id: string;
    /** Where the time went. */
    readonly timings: StartTimings;
    /** How many attempts it took: 1, unless `recovery.retry` had it tried again. `timings` are those of the last. */
    readonly attempts: number;
    /** Whether it was started from a warm image, and so not initialised. */
    readonly isWarm: boolean;
    /** Whether it ran already, and was only initialised anew. */
    readonly isRenewed: boolean;
    /** Whether it is for a single holder: then there may be many of its service. */
    readonly isClaimed: boolean;
}
/** A warm image could not be used, or could not be made. The service is not the worse for it. */
interface WarmImageEvent {
    /** Name of the service. */
    readonly name: string;
    /** What happened, and why. */
    readonly reason: string;
}
/** An image is being fetched. */
interface PullEvent {
    /** The image as it is asked of the engine. */
    readonly image: string;
    /** Bytes fetched so far, of the layers whose size is known. */
    readonly receivedBytes: number;
    /** Bytes known to be needed so far; grows while layers are discovered. */
    readonly totalBytes: number;
}
/** A step of an image's build begins. Told in the process that builds it. */
interface BuildEvent {
    /** Name of the service that needs it. */
    readonly name: string;
    /** What it will be called. */
    readonly image: string;
    /** Which step, of how many, and its instruction, as in `2/3 : RUN make`. */
    readonly step: string;
}
/** A container could not be reset for its next holder. It is not used any more; another takes its place. */
interface ResetEvent {
    /** Name of the service. */
    readonly name: string;
    /** The engine's id of the container. */
    readonly id: string;
    /** What happened. */
    readonly reason: string;
}
/** A container is gone. */
interface RemovedEvent {
    /** Name of the service. */
    readonly name: string;
    /** The engine's id of the container. */
    readonly id: string;
}
/** A container became healthier or sicker. */
interface HealthChangeEvent extends HealthChange {
    /** Name of the service. */
    readonly name: string;
    /** The engine's id of the container. */
    readonly id: string;
    /** What told so. */
    readonly check: HealthCheckName;
}
/** Something happened to a container that goes on. */
interface ConditionChangeEvent {
    /** Name of the service. */
    readonly name: string;
    /** The engine's id of the container. */
    readonly id: string;
    /** When it was told, in milliseconds since the epoch. */
    readonly atMs: number;
}
/** A container has been restarted and can be used again. */
interface ContainerRestartedEvent extends ConditionChangeEvent {
    /** Why it was restarted. */
    readonly reason: string;
    /** Its host ports from now on, keyed by `5432/tcp`. */
    readonly ports: Readonly<Record<string, number>>;
}
/** A container used more than a rule of its option `resources` allows, and the rule has acted. */
interface ResourceExceededEvent {
    /** Name of the service. */
    readonly name: string;
    /** The engine's id of the container. */
    readonly id: string;
    /** When it was seen, in milliseconds since the epoch. */
    readonly atMs: number;
    /** What the rule is on, such as `memoryBytes`: it says the unit. */
    readonly metric: string;
    /** The rule's threshold, in the metric's unit. */
    readonly above: number;
    /** What was seen, in the metric's unit. */
    readonly observed: number;
    /** Since when it was above the threshold, in milliseconds since the epoch. */
    readonly sinceMs: number;
    /** What the rule does. */
    readonly action: "alert" | "throttle" | "restart" | "kill";
    /** Why that could not be done; absent when it was. */
    readonly error?: unknown;
}
/** A service of the configuration exists already: nothing is started for it. */
interface ExistingServiceEvent {
    /** Name of the service. */
    readonly name: string;
    /** Where it answers, without its password. */
    readonly url: string;
    /** The environment variable that says so. */
    readonly variable: string;
}
/** A start failed, what there was of it is gone, and it will be tried again. Told in the process that creates the service. */
interface RetryEvent {
    /** Name of the service. */
    readonly name: string;
    /** Which attempt failed, from 1. */
    readonly attempt: number;
    /** How many there may be in all. */
    readonly attempts: number;
    /** How long until the next one begins, in milliseconds. */
    readonly delayMs: number;
    /** What it failed with. */
    readonly error: unknown;
}
/** A service could not be created. Told in the process that tried, after its last attempt. */
interface StartFailedEvent {
    /** Name of the service. */
    readonly name: string;
    /** When it was given up, in milliseconds since the epoch. */
    readonly atMs: number;
    /** How long it was tried, in milliseconds. */
    readonly durationMs: number;
    /** What it failed with. */
    readonly error: unknown;
}
/** A service could not be created, and its fallback is used in its place. Told in every process that uses it. */
interface FallbackEvent {
    /** Name of the service. */
    readonly name: string;
    /** What creating it failed with. */
    readonly error: unknown;
    /** What is used: an image, or a URL without its password. */
    readonly to: string;
}
/** Every event and its payload. Events are facts: they are emitted after what they tell has happened. */
interface EventMap {
    /** A container moved to another state. */
    readonly "container:state": StateEvent;
    /** A container can be used. */
    readonly "container:ready": ReadyEvent;
    /** A container is gone. */
    readonly "container:removed": RemovedEvent;
    /** A container became healthier or sicker, as the probes say that watch it, or as the engine's own check says. */
    readonly "container:health": HealthChangeEvent;
    /** Somebody else has paused a container. */
    readonly "container:paused": ConditionChangeEvent;
    /** Somebody else has let a paused container go on. */
    readonly "container:resumed": ConditionChangeEvent;
    /** The kernel killed a process of a container for using too much memory; the container may go on without it. */
    readonly "container:out-of-memory": ConditionChangeEvent;
    /** A container has been restarted and can be used again. */
    readonly "container:restarted": ContainerRestartedEvent;
    /** A container used more than one of its rules allows, and the rule has acted. */
    readonly "resource:exceeded": ResourceExceededEvent;
    /** A container could not be reset for its next holder. */
    readonly "reset:failed": ResetEvent;
    /** An image is being fetched. */
    readonly "image:pulling": PullEvent;
    /** A step of an image's build begins. */
    readonly "image:building": BuildEvent;
    /** A warm image could not be used, or could not be made. */
    readonly "warm-image:failed": WarmImageEvent;
    /** A service of the configuration exists already; told when an environment is opened. */
    readonly "service:existing": ExistingServiceEvent;
    /** A service could not be created. */
    readonly "start:failed": StartFailedEvent;
    /** A start failed and will be tried again. */
    readonly "recovery:retry": RetryEvent;
    /** A service could not be created, and its fallback is used in its place. */
    readonly "recovery:fallback": FallbackEvent;
}

/** An event that is counted. */
type CountedEvent = Extract<keyof EventMap, "container:ready" | "start:failed" | "container:removed" | "container:restarted" | "container:out-of-memory" | "resource:exceeded" | "reset:failed" | "recovery:retry" | "recovery:fallback">;
/** One start that this process has done, of a container that is shared or of one for a single holder. */
interface StartMetrics {
    /** Name of the service. */
    readonly name: string;
    /** How it ended. */
    readonly outcome: "ready" | "failed";
    /** When it ended, in milliseconds since the epoch. */
    readonly atMs: number;
    /** How long it took, in milliseconds; of several attempts the last, unless all failed. */
    readonly durationMs: number;
    /** Where the time went; absent of one that failed. */
    readonly timings?: StartTimings;
    /** How many attempts it took; absent of one that failed. */
    readonly attempts?: number;
    /** Whether it came from a warm image; absent of one that failed. */
    readonly isWarm?: boolean;
    /** Whether its container ran already, and was only initialised anew; absent of one that failed. */
    readonly isRenewed?: boolean;
    /** What it failed with. */
    readonly error?: string;
}
/** What is known of the services of an environment. Plain data. */
interface EnvironmentMetrics {
    /** When they were looked at, in milliseconds since the epoch. */
    readonly atMs: number;
    /** The services that the environment uses, by name. */
    readonly services: Readonly<Record<string, ServiceMetrics>>;
    /** What `measure` has timed, by name. */
    readonly measurements: Readonly<Record<string, Timings>>;
    /** What this process has started, oldest first; the last 1,000. */
    readonly starts: readonly StartMetrics[];
    /** How often each event happened; those that never did are absent. */
    readonly events: Readonly<Partial<Record<CountedEvent, number>>>;
}

/** One container and what is known about it. */
interface RegistryEntry {
    /** Name of the service. */
    readonly name: string;
    /** The engine's id of the container. */
    readonly id: string;
    /** Its state now. */
    readonly state: ContainerState;
}
/** Which container belongs to which name. */
interface ContainerRegistry {
    /** The entry of `name`, if it has started. */
    get(name: string): RegistryEntry | undefined;
    /** Whether `name` has started. */
    has(name: string): boolean;
    /** Every entry, in the order in which they started. */
    list(): readonly RegistryEntry[];
    /** The state of every container, by name. */
    states(): Readonly<Record<string, ContainerState>>;
    /**
     * Gives the container of `name` back, which is removed unless somebody else uses it; the next request starts another. A
     * start that failed is tried afresh. Tells whether there was a container.
     */
    delete(name: string): Promise<boolean>;
}

/** How a container ended, or why it goes on. */
type StopOutcome = 
/** It stopped when it was asked to. */
"stopped"
/** It did not stop in its time and was killed. */
 | "killed"
/** It had ended before it was asked to stop. */
 | "already-ended"
/** Somebody else had removed it. */
 | "already-gone"
/** The engine did not stop or remove it; see `error`. */
 | "failed"
/** It goes on for others who use it. */
 | "still-used"
/** It is kept for whoever needs it next, as long as `keepAliveMs` says. */
 | "kept"
/** It failed and is kept to be looked at, as `keepOnFailure` says; see `keptAs`. */
 | "kept-failed";
/** What became of one container. */
interface StoppedContainer {
    /** Name of the service. */
    readonly name: string;
    /** The engine's id. */
    readonly id: string;
    /** How it ended. */
    readonly outcome: StopOutcome;
    /** Exit code of its main process, where it is known. */
    readonly exitCode?: number;
    /** The signal that asked it to stop, or `SIGKILL` where it was not asked; absent when none was sent. */
    readonly signal?: string;
    /** When it was asked to stop, in milliseconds since the epoch. */
    readonly startedAtMs: number;
    /** How long it took, removal included, in milliseconds. */
    readonly durationMs: number;
    /** How much of that passed until its process had ended, in milliseconds; absent where it had ended before. */
    readonly stopMs?: number;
    /** How much of it the removal took, in milliseconds; absent where it was not removed. */
    readonly removalMs?: number;
    /** Names of the anonymous volumes that were removed with it. */
    readonly volumes?: readonly string[];
    /** What it is called in the engine now, where it failed and is kept. */
    readonly keptAs?: string;
    /** Why it failed. */
    readonly error?: unknown;
}
/** What became of a network that the last container had left. */
interface RemovedNetwork {
    /** What it is called in the engine. */
    readonly name: string;
    /** Whether it is gone; see `error` when it is not. */
    readonly outcome: "removed" | "failed";
    /** How long that took, in milliseconds. */
    readonly durationMs: number;
    /** Why it failed. */
    readonly error?: unknown;
}
/** What a cleanup did: nothing that went wrong is left out, and nothing that went wrong kept the rest from being done. */
interface CleanupReport {
    /** Every container, in the order in which they were gone. */
    readonly containers: readonly StoppedContainer[];
    /** Every network that nobody needed any more. */
    readonly networks: readonly RemovedNetwork[];
    /** Everything that failed. */
    readonly errors: readonly unknown[];
    /** How long it took, in milliseconds. */
    readonly durationMs: number;
}

/** What is called when an event happens. */
type Listener<Name extends keyof EventMap> = (payload: EventMap[Name]) => void;
/** Listeners by the event they are told of. */
type Listeners = {
    readonly [Name in keyof EventMap]?: Listener<Name>;
};

/** What is kept for whoever needs it next. */
interface EnvironmentCaches {
    /**
     * What became of all containers, images, networks and cache volumes since the coordinator began, which all processes of the user
     * share; what other environments had at hand, and asked nobody for, is in it once they have asked for statistics themselves.
     */
    stats(): Promise<CachesStats>;
}

/** How an environment is started. */
interface EnvironmentOptions {
    /** Ends the start early, undoing what it did; the returned promise rejects with its reason. */
    readonly signal?: AbortSignal;
    /**
     * Directory that relative paths start from, and the project whose processes share the services, where the configuration is
     * given in place. Otherwise the search for the configuration file starts there and goes upwards, and the directory of the
     * file found is both.
     * @default the current directory; the project is then that of the nearest `package.json`
     */
    readonly rootDirectory?: string;
    /** Settings that win over environment variables and the configuration, such as those of a command line. */
    readonly settings?: Partial<Settings>;
    /** Told of events from the very start; `on()` adds listeners later. */
    readonly listeners?: Listeners;
    /**
     * The engine to use. Whoever gives one owns it.
     * @default the one that `DOCKER_HOST` or the Docker context names, or the usual socket
     */
    readonly backend?: ContainerBackend;
    /**
     * Where time comes from.
     * @default the system's clock
     */
    readonly clock?: Clock;
}

/** The handles of a configuration's services, by name. */
type ServiceHandles<Configured extends Services> = {
    readonly [Name in keyof Configured]: HandleOf<Configured[Name]>;
};
/**
 * Services that this process uses, shared with others of the project that need them too. Dispose it, best with `await using`:
 * what nobody else uses is then stopped and removed. SIGINT (Ctrl-C), SIGTERM and SIGHUP do so too, before they end the
 * process; and a process that is killed is noticed.
 */
declare class CleanroomEnvironment<Configured extends Services = Services> implements AsyncDisposable {
    #private;
    private constructor();
    /**
     * Starts every service of a configuration, those that do not depend on each other at the same time, and resolves when all
     * can be used. Without a configuration it takes the project's file. The caller owns the environment.
     *
     * @throws what `open` and `getOrCreateContainer` throw. Then nothing is left of what had been started.
     */
    static start<const Configured extends Services = Services>(config?: CleanroomConfig<Configured>, options?: EnvironmentOptions): Promise<CleanroomEnvironment<Configured>>;
    /**
     * Does what `start` does, but leaves each service to whoever first asks for it with `get`. The caller owns the environment.
     *
     * @throws ConfigurationError; EngineUnavailableError; CoordinatorError.
     */
    static open<const Configured extends Services = Services>(config?: CleanroomConfig<Configured>, options?: EnvironmentOptions): Promise<CleanroomEnvironment<Configured>>;
    /** The containers, by name. */
    get registry(): ContainerRegistry;
    /** What is kept for whoever needs it next. */
    get caches(): EnvironmentCaches;
    /** Id of the session that this environment is in. Processes started with it as `CLEANROOM_SESSION` join that. */
    get sessionId(): string;
    /** What names, orders and random choices follow from, as the setting `seed` says; absent where they are left to chance. */
    get seed(): string | undefined;
    /**
     * Gives random numbers for tests, from 0 to 1 as `Math.random` does: with a seed the same row of them in every run, for each
     * `purpose`, such as a test's name, a row of its own.
     */
    random(purpose: string): () => number;
    /** The engine that everything runs on; connects to it. Rejects with `EngineUnavailableError` when it does not answer. */
    engine(): Promise<EngineInfo>;
    /** The handles of the services that have started. Throws `LifecycleError` after the cleanup. */
    get services(): ServiceHandles<Configured>;
    /** How to reach each service: plain data that other processes hand to `attachService`. It holds passwords. */
    get connections(): Readonly<Record<string, ServiceConnection>>;
    /**
     * A service of the configuration, started when nobody has started it yet.
     *
     * @throws what `getOrCreateContainer` throws.
     */
    get<Name extends string & keyof Configured>(name: Name, options?: {
        readonly signal?: AbortSignal;
    }): Promise<HandleOf<Configured[Name]>>;
    /**
     * The service of this name; `factory` describes it when this environment has none yet. However many ask at the same time, in
     * however many processes, one container starts, and whoever describes it alike shares it. It is given back with the
     * environment. `signal` ends this caller's wait; the start itself ends when nobody waits any more.
     *
     * @throws ConfigurationError, CreationError, StartError, HealthError, ResourceError, MigrationError, TimeoutError,
     * CapacityError, what the factory throws, and `LifecycleError` after the cleanup. A start that failed leaves nothing, and is
     * not repeated in the session: whoever asks again gets the same error, until the description changes or `registry.delete`
     * forgets it.
     */
    getOrCreateContainer<Handle, Isolated>(name: string, factory: () => ServiceDefinition<Handle, Isolated> | Promise<ServiceDefinition<Handle, Isolated>>, options?: {
        readonly signal?: AbortSignal;
    }): Promise<Handle>;
    /** Calls `listener` for every such event from now on; the returned function ends that. */
    on<Name extends keyof EventMap>(event: Name, listener: (payload: EventMap[Name]) => void): () => void;
    /** Does `work` and times it under a name, which `metrics()` tells. What it returns or throws is passed on. */
    measure<T>(name: string, work: () => T | Promise<T>): Promise<T>;
    /** What its services use, how they are and how fast they answer; how starts went; what `measure` has timed. Plain data. */
    metrics(): Promise<EnvironmentMetrics>;
    /**
     * Gives everything back: what nobody else uses is stopped and removed, dependants before what they depend on, or kept as long
     * as its `keepAliveMs` says. Starts under way are ended first. In a session that another process began, it is that
     * process's end that gives things back. Never rejects: the report says what failed. Further calls return the same report.
     */
    cleanup(): Promise<CleanupReport>;
    /**
     * Does what `cleanup` does.
     *
     * @throws CleanupError with everything that failed.
     */
    [Symbol.asyncDispose](): Promise<void>;
}

/** Which configuration is meant, and what is said besides. */
interface LoadConfigOptions {
    /**
     * The file; relative to the current directory.
     * @default the nearest one, in `directory` or above
     */
    readonly file?: string;
    /**
     * Where the search for the file starts.
     * @default the current directory
     */
    readonly directory?: string;
    /**
     * Settings as on a command line, such as `["pullPolicy=never"]`. They win over environment variables and the file.
     * @default []
     */
    readonly set?: readonly string[];
    /**
     * Imports a module by its path.
     * @default Node itself, which takes TypeScript as it is
     */
    readonly load?: LoadModule;
}
/** A configuration with everything that else decides how services are run. */
interface MergedConfig extends LoadedConfig {
    /** Every setting's value: for `CleanroomEnvironment.start(config, { rootDirectory, settings })`, for instance. */
    readonly settings: Settings;
    /** The same, and the options of every service, with where each came from; for people to read. */
    readonly values: readonly ConfigValue[];
}
/**
 * Loads the project's configuration, merges what the command line, environment variables, the file and the defaults say, in this
 * order, and reports where each value came from.
 *
 * @throws ConfigurationError when there is no configuration, or it is not valid.
 */
declare function loadConfig(options?: LoadConfigOptions): Promise<MergedConfig>;

/** Where a part is made known, and under which name its service is known itself. */
interface ExposeOptions {
    /** Name of the service, for messages. */
    readonly name: string;
    /**
     * The environment variables to change.
     * @default those of this process
     */
    readonly env?: NodeJS.ProcessEnv;
}
/**
 * Sets the environment variables that the option `variables` of a service asks for, so that programs find a part of it. The
 * caller calls the returned function, once, before he gives the part back: it puts back what was there.
 *
 * @throws ConfigurationError when a value is not text, or the part has no such property; what a function of `variables` throws.
 */
declare function exposePart<Isolated>(definition: ServiceDefinition<unknown, Isolated>, part: Isolated, { name, env }: ExposeOptions): () => void;

/**
 * Whether a container engine answers where this process would look for one, for tests that are skipped where there is none.
 * Starts nothing. One that says nothing at all is given up after 10 s.
 *
 * @throws UnsupportedError when the engine that was asked for cannot be spoken to; the signal's reason.
 */
declare function isEngineAvailable(options?: {
    readonly signal?: AbortSignal;
}): Promise<boolean>;

/**
 * The base of every error Cleanroom throws.
 *
 * Compare `code`, not the class: test runners such as Jest load a package once per realm, so `instanceof` may be false
 * for the very same class.
 */
declare abstract class CleanroomError extends Error {
    /** Stable identifier of the failure; never changes between releases. */
    abstract readonly code: `CLEANROOM_${string}`;
    /** What it brings together: the failure of every attempt, or of a service and of its fallback. Absent when it is about one. */
    readonly errors?: readonly unknown[];
}
/** Whether `error` carries the given Cleanroom code; works across realms and duplicate copies of the package. */
declare function hasCode<Code extends CleanroomError["code"]>(error: unknown, code: Code): error is CleanroomError & {
    readonly code: Code;
};

/** Which image could not be built, and where its build got to. */
interface BuildErrorDetails {
    /** Name of the service. */
    readonly container: string;
    /** What the image was to be called. */
    readonly image: string;
    /** Path of its Dockerfile. */
    readonly dockerfile: string;
    /** The step that failed, as in `2/3 : RUN make`; absent when none had begun. */
    readonly step?: string;
    /** The last lines that the build printed. */
    readonly output: string;
    /** The engine's own words. */
    readonly reason: string;
}
/** An image could not be built from its Dockerfile. */
declare class BuildError extends CleanroomError {
    readonly code = "CLEANROOM_BUILD";
    readonly details: BuildErrorDetails;
    constructor(details: BuildErrorDetails, cause?: unknown);
}

/** Which service found no room, and who has what there is. */
interface CapacityErrorDetails {
    /** Name of the service that was asked for. */
    readonly container: string;
    /** How many containers there may be. */
    readonly maxContainers: number;
    /** Each container in use, and by whom. */
    readonly holders: readonly string[];
    /** Whether waiting would never have ended: whoever has them is who asks, or waits himself. */
    readonly isDeadlock?: boolean;
}
/** All the containers that a project may have are in use, and its configuration says to fail then, or nobody would give one back. */
declare class CapacityError extends CleanroomError {
    readonly code = "CLEANROOM_CAPACITY";
    readonly details: CapacityErrorDetails;
    constructor(details: CapacityErrorDetails);
}

/** Several releases failed; every failure is in `errors`, none hides another. */
declare class CleanupError extends CleanroomError {
    readonly code = "CLEANROOM_CLEANUP";
    /** What failed, in the order of the attempts; what another such error brought together is taken apart. */
    readonly errors: readonly unknown[];
    constructor(errors: readonly unknown[]);
}

/** One thing that is wrong with what the user wrote. */
interface ConfigurationProblem {
    /** Where it is, for example `limits.memoryBytes`; empty when it concerns the whole. */
    readonly path: string;
    /** What is wrong and what was expected. */
    readonly message: string;
    /** Where that is written, as `file:line:column`; absent unless it is in a file of JSON or YAML. */
    readonly place?: string;
}
/** Which input was wrong, and all that is wrong with it. */
interface ConfigurationErrorDetails {
    /** Where the values came from, for example a file or `db, a postgres(),`. */
    readonly origin: string;
    /** Every problem found, in the order of the input. */
    readonly problems: readonly ConfigurationProblem[];
}
/** What the user asked for is not valid. Thrown before anything starts, or for a port that is not published. */
declare class ConfigurationError extends CleanroomError {
    readonly code = "CLEANROOM_CONFIGURATION";
    readonly details: ConfigurationErrorDetails;
    constructor(details: ConfigurationErrorDetails, cause?: unknown);
}

/** Why there is no coordinator. */
interface CoordinatorErrorDetails {
    /** What is wrong, as a sentence. */
    readonly problem: string;
    /** Where the coordinator says more; absent when there was none. */
    readonly log?: string;
}
/** The process that shares services between processes could not be started or reached. */
declare class CoordinatorError extends CleanroomError {
    readonly code = "CLEANROOM_COORDINATOR";
    readonly details: CoordinatorErrorDetails;
    constructor(details: CoordinatorErrorDetails, cause?: unknown);
}

/** Why a container could not be created; each has a code of its own. */
type CreationFailure = "image-not-found" | "platform-unavailable" | "image-unauthorized" | "registry-unreachable" | "image-corrupt" | "name-conflict" | "port-in-use" | "init-failed" | "refused";
/** The codes of `CreationError`, one for each failure. */
type CreationErrorCode = "CLEANROOM_IMAGE_NOT_FOUND" | "CLEANROOM_PLATFORM_UNAVAILABLE" | "CLEANROOM_IMAGE_UNAUTHORIZED" | "CLEANROOM_REGISTRY_UNREACHABLE" | "CLEANROOM_IMAGE_CORRUPT" | "CLEANROOM_NAME_CONFLICT" | "CLEANROOM_PORT_IN_USE" | "CLEANROOM_INIT_FAILED" | "CLEANROOM_CREATION_REFUSED";
/** Which container could not be created and why. */
interface CreationErrorDetails {
    /** Name of the service. */
    readonly container: string;
    /** The image as it was asked of the engine. */
    readonly image: string;
    /** What went wrong. */
    readonly failure: CreationFailure;
    /** The engine's own words; of `init-failed`, which command it was, and how it ended. */
    readonly reason: string;
    /** Exit code of the command of `init` that failed; absent when it could not be run, and of all other failures. */
    readonly exitCode?: number;
    /** The last lines that it printed. */
    readonly output?: string;
}
/** The engine did not make the container, as its image, name, ports or options were refused; or a command of `init` failed. */
declare class CreationError extends CleanroomError {
    readonly code: CreationErrorCode;
    readonly details: CreationErrorDetails;
    constructor(details: CreationErrorDetails, cause?: unknown);
}

/** Why the engine said no, as far as its answer tells. */
type EngineRefusal = "image-not-found" | "platform-unavailable" | "image-corrupt" | "image-unauthorized" | "registry-unreachable" | "not-found" | "already-done" | "conflict" | "port-in-use" | "command-not-runnable" | "invalid" | "unanswered" | "other";
/** Which call failed and what the engine said. */
interface EngineRequestDetails {
    /** The call, for example `create container`. */
    readonly operation: string;
    /** What kind of refusal it was. */
    readonly refusal: EngineRefusal;
    /** The engine's own words. */
    readonly reason: string;
    /** HTTP status; absent when there was no answer. */
    readonly statusCode?: number;
}
/** The engine answered a call with an error, or did not answer it. */
declare class EngineRequestError extends CleanroomError {
    readonly code = "CLEANROOM_ENGINE_REQUEST";
    readonly details: EngineRequestDetails;
    constructor(details: EngineRequestDetails, cause?: unknown);
}

/** Which engine was asked for, by whom, and what to do. */
interface EngineUnavailableDetails {
    /** The address that was tried, for example `unix:///var/run/docker.sock`. */
    readonly endpoint: string;
    /** What chose that address, for example `DOCKER_HOST` or `the defaults`. */
    readonly origin: string;
    /** What happened, for example `connect ENOENT`. */
    readonly reason: string;
}
/** No container engine answers at the address that was asked for. Another one is never used in its place. */
declare class EngineUnavailableError extends CleanroomError {
    readonly code = "CLEANROOM_ENGINE_UNAVAILABLE";
    readonly details: EngineUnavailableDetails;
    constructor(details: EngineUnavailableDetails, cause?: unknown);
}

/** Which container ended, and what it left behind to read. */
interface ExitErrorDetails {
    /** Name of the service. */
    readonly container: string;
    /** Exit code of its main process. */
    readonly exitCode: number;
    /** Its last log lines. */
    readonly logTail: string;
}
/** A container ended although it was still in use. */
declare class ExitError extends CleanroomError {
    readonly code = "CLEANROOM_EXITED_WHILE_RUNNING";
    readonly details: ExitErrorDetails;
    constructor(details: ExitErrorDetails, cause?: unknown);
}

/** Which container never became healthy, and what its probe saw. */
interface HealthErrorDetails {
    /** Name of the service. */
    readonly container: string;
    /** The probe, for example `http GET :8080/ready`. */
    readonly probe: string;
    /** How long it was waited for, in milliseconds. */
    readonly elapsedMs: number;
    /** How often the probe was tried. */
    readonly attempts: number;
    /** What the last attempts saw, oldest first; the same one several times in a row is there once. */
    readonly lastResults: readonly string[];
    /** The container's last log lines. */
    readonly logTail: string;
    /** What the container is called in the engine from then on, where it is kept to be looked at. */
    readonly keptAs?: string;
}
/** A container was running but its probe never succeeded in time. */
declare class HealthError extends CleanroomError {
    readonly code = "CLEANROOM_HEALTH_TIMEOUT";
    readonly details: HealthErrorDetails;
    /** @param cause - The failure of the last attempt. */
    constructor(details: HealthErrorDetails, cause?: unknown);
}

/** Which service could not give an isolated part, and why. */
interface IsolationErrorDetails {
    /** Name of the service. */
    readonly container: string;
    /** What was to be done, for example `drop the database test_1 of db`; absent when all parts are in use. */
    readonly operation?: string;
    /** `exhausted`: all its parts are in use. `failed`: the service did not do what it was asked. */
    readonly failure: "exhausted" | "failed";
    /** What happened, in the service's own words where it said any. */
    readonly reason: string;
    /** What to try. */
    readonly hint: string;
}
/** A service could not give an isolated part of itself, or take one back. */
declare class IsolationError extends CleanroomError {
    readonly code: "CLEANROOM_ISOLATION_EXHAUSTED" | "CLEANROOM_ISOLATION_FAILED";
    readonly details: IsolationErrorDetails;
    constructor(details: IsolationErrorDetails, cause?: unknown);
}

/** Something was used in a state that does not allow it, such as an environment after its cleanup. */
declare class LifecycleError extends CleanroomError {
    readonly code = "CLEANROOM_LIFECYCLE";
    /** @param problem - What was done, in which state, and what to do in its place. */
    constructor(problem: string);
}

/** Which part of an initialisation failed, where. */
interface MigrationErrorDetails {
    /** Name of the service. */
    readonly container: string;
    /** Path of the SQL file; absent when it was something else, and of a function everything else is, too. */
    readonly file?: string;
    /** Name of the extension that could not be created. */
    readonly extension?: string;
    /** The command that failed. */
    readonly command?: readonly string[];
    /** Its exit code; absent when it could not be started or a signal ended it. */
    readonly exitCode?: number;
    /** The last lines that it printed, without the password. */
    readonly output?: string;
    /** Line in that file, from 1; absent when the server named none. */
    readonly line?: number;
    /** What the server, or what migrates, said of it. */
    readonly reason: string;
    /** What may help, when the server gave a hint or it lacked rights. */
    readonly hint?: string;
}
/** A migration failed, or an extension could not be created; nothing is left of the service. */
declare class MigrationError extends CleanroomError {
    readonly code = "CLEANROOM_MIGRATION";
    readonly details: MigrationErrorDetails;
    constructor(details: MigrationErrorDetails, cause?: unknown);
}

/** One attempt of a probe did not find the service healthy; the message says what it saw. */
declare class ProbeError extends CleanroomError {
    readonly code = "CLEANROOM_PROBE_FAILED";
    /** @param seen - What was seen in place of a healthy service, for example `status 503`. */
    constructor(seen: string, cause?: unknown);
}

/** What a container can run out of. */
type LimitedResource = "cpu" | "memory" | "disk" | "network" | "pids";
/** The codes of `ResourceError`, one for each decision: to give it more of that, or to find out why it needs so much. */
type ResourceErrorCode = "CLEANROOM_OUT_OF_CPU" | "CLEANROOM_OUT_OF_MEMORY" | "CLEANROOM_OUT_OF_DISK" | "CLEANROOM_OUT_OF_NETWORK" | "CLEANROOM_OUT_OF_PROCESSES";
/** Which limit was hit, by whom. */
interface ResourceErrorDetails {
    /** Name of the service. */
    readonly container: string;
    /** What ran out. */
    readonly resource: LimitedResource;
    /** Whether it was killed for it, or was refused more and then failed. */
    readonly outcome: "killed" | "refused";
    /** The option that sets the limit, for example `limits.pids`. */
    readonly option: string;
    /**
     * The limit: bytes of memory or disk, bits per second of a network, cores, or a number of processes and threads; absent when
     * only the machine's own was the limit, or when it is not known which of several was.
     */
    readonly limit?: number;
    /** Where in the container the limit holds; absent when it holds for all of it, or when that is not known. */
    readonly path?: string;
    /** What was seen, in the unit of the limit; absent when the kernel, which enforces it, tells no figure. */
    readonly observed?: number;
    /** The container's last log lines. */
    readonly logTail: string;
    /** What the container is called in the engine from then on, where it is kept to be looked at. */
    readonly keptAs?: string;
}
/** A container reached one of its limits: it was killed for that, or could not go on. */
declare class ResourceError extends CleanroomError {
    readonly code: ResourceErrorCode;
    readonly details: ResourceErrorDetails;
    constructor(details: ResourceErrorDetails, cause?: unknown);
}

/** Which container did not come up, and what it left behind to read. */
interface StartErrorDetails {
    /** Name of the service. */
    readonly container: string;
    /** The image as it was asked of the engine. */
    readonly image: string;
    /** Exit code of its main process; absent when the engine could not run it at all. */
    readonly exitCode?: number;
    /** The engine's own words, when it could not run the command. */
    readonly reason?: string;
    /** How long it ran, in milliseconds. */
    readonly elapsedMs: number;
    /** Its last log lines. */
    readonly logTail: string;
    /** What the container is called in the engine from then on, where it is kept to be looked at. */
    readonly keptAs?: string;
}
/** A container was created but its process could not be run, or ended before it was ready. */
declare class StartError extends CleanroomError {
    readonly code: "CLEANROOM_EXITED_AT_START" | "CLEANROOM_COMMAND_NOT_RUNNABLE";
    readonly details: StartErrorDetails;
    constructor(details: StartErrorDetails, cause?: unknown);
}

/** What took too long. */
interface TimeoutErrorDetails {
    /** What was being done, for example `initialise db`. */
    readonly operation: string;
    /** What of a service's start it was: until it was healthy, or the initialisation after that. Absent when it was neither. */
    readonly phase?: "start" | "initialise";
    /** How long it was given, in milliseconds. */
    readonly timeoutMs: number;
    /** How long it had taken when it was given up, in milliseconds. */
    readonly elapsedMs: number;
    /** What to try. */
    readonly hint?: string;
}
/** An operation did not end within its deadline. */
declare class TimeoutError extends CleanroomError {
    readonly code = "CLEANROOM_TIMEOUT";
    readonly details: TimeoutErrorDetails;
    constructor(details: TimeoutErrorDetails, cause?: unknown);
}

/** What was asked for cannot be done with this image, engine or release. */
declare class UnsupportedError extends CleanroomError {
    readonly code = "CLEANROOM_UNSUPPORTED";
    /** @param problem - What cannot be done, why, and what to do in its place. */
    constructor(problem: string, cause?: unknown);
}

/**
 * Healthy once the process in the container accepts a connection on `containerPort`.
 *
 * Docker's proxy accepts connections before the container listens; this probe is not fooled by it. It still proves only
 * that something listens: where there is a protocol to speak, ask for an answer, or prefer `http` or a probe of your own.
 * Source: https://github.com/moby/moby/issues/16976
 */
declare function tcp(containerPort: number, options?: TcpProbeOptions): TcpProbe;
/** Healthy once an HTTP request gets the response asked for; without further options, any from 200 to 399. */
declare function http({ bodyMatches, ...options }: HttpProbeOptions): HttpProbe;
/**
 * Healthy once a command, run in the container without a shell, ends as asked; without options, with exit code 0. An attempt
 * that hangs is given up after `attemptTimeoutMs`, but its process goes on inside the container: engines cannot end it.
 */
declare function command(commandLine: readonly string[], options?: CommandProbeOptions): CommandProbe;
/**
 * Healthy once the file at `path` is as asked; without options, once it is there. Needs no shell in the image, except for
 * files on a tmpfs mount, which only a command in the container can see.
 */
declare function file(path: string, options?: FileProbeOptions): FileProbe;
/** Healthy once every one of `probes` is. */
declare function all(...probes: readonly Probe[]): CombinedProbe;
/** Healthy once one of `probes` is. */
declare function any(...probes: readonly Probe[]): CombinedProbe;
/**
 * Healthy once every one of `probes` is, each checked only when the one before it is healthy. What it saw names the one that
 * failed.
 */
declare function sequence(...probes: readonly Probe[]): CombinedProbe;
/** Healthy while `probe` is not. An attempt that hangs, or that could not be made, tells nothing: it fails here as well. */
declare function not(probe: Probe): NotProbe;
/**
 * Healthy while no more of a file system is used than `maxUsedRatio`; without options, 90 % of the container's own. Where this
 * process may not look into the container, as with an engine elsewhere, the image must have the program `df`.
 */
declare function disk(options?: DiskProbeOptions): DiskProbe;
/**
 * Healthy while the container holds no more memory than `maxUsedRatio` of its limit; without options, 90 %. File cache that the
 * kernel would give up does not count.
 */
declare function memory(options?: MemoryProbeOptions): MemoryProbe;
/** Healthy once the engine's own check of the container says so: the option `healthCheck`, or the image's `HEALTHCHECK`. */
declare function healthCheck(): HealthCheckProbe;

/**
 * What `environment.metrics()` tells, as a JUnit report beside that of the tests: each start is a test case, which failed when
 * the start did; where its time went, and what was measured, are properties.
 */
declare function junitXml({ starts, measurements }: EnvironmentMetrics): string;

/** What `environment.metrics()` tells, in the text format of Prometheus. */
declare function prometheusText({ services, measurements, starts, events }: EnvironmentMetrics): string;

/** What a proxy stands in front of. */
interface ProxyOptions {
    /**
     * The container's port that it leads to.
     * @default the first TCP port that is published
     */
    readonly containerPort?: number;
    /**
     * The port of this machine that it listens at; `0` is one that is free.
     * @default 0
     */
    readonly port?: number;
}
/**
 * Stands in front of a service and times what goes through, which it passes on unchanged. It leads to where the service answers
 * now, after a restart too. The caller disposes it; the handle does so at the latest.
 */
interface ServiceProxy extends AsyncDisposable {
    /** The address that it listens at, which only this machine reaches. */
    readonly host: string;
    /** The port that it listens at. */
    readonly port: number;
    /** The service's URL, with this host and port in place of its own. */
    readonly url: string;
    /** A URL of the service, such as that of a part, with this host and port in place of its own. */
    urlOf(url: string): string;
}

/**
 * A running container. The environment that started it owns it, so there is nothing to dispose, unless it was isolated: then
 * disposing gives it back.
 */
declare class GenericContainer implements AsyncDisposable {
    #private;
    /** Name of the service. */
    readonly name: string;
    /** The engine's full id; empty of a service that exists already. */
    readonly id: string;
    /** The image it was made from, after substitution; empty of a service that exists already. */
    readonly image: string;
    /** Host name or address under which its published ports answer. */
    readonly host: string;
    /** @param giveBack - Gives it back when it is its holder's own. */
    constructor(connection: ServiceConnection, access: ContainerAccess, giveBack?: () => Promise<void>);
    /** How to reach it now, as plain data. */
    protected get connection(): ServiceConnection;
    /** Its state now. */
    get state(): ContainerState;
    /** What it failed with, such as an `ExitError` or a `ResourceError`; `undefined` unless its state is `failed`. */
    get error(): unknown;
    /** Whether it takes the place of a service that could not be created, as `recovery.fallback` says. */
    get isFallback(): boolean;
    /**
     * Where it answers from this machine: the first published TCP port, as an HTTP address; of a service that exists already,
     * the URL that was given.
     *
     * @throws ConfigurationError when it publishes none.
     */
    get url(): string;
    /**
     * Where it answers from other containers of the environment: the same port under its name.
     *
     * @throws UnsupportedError when it is on no shared network.
     */
    get networkUrl(): string;
    /**
     * Name under which other containers reach it.
     *
     * @throws UnsupportedError when it is on no shared network.
     */
    get networkHost(): string;
    /**
     * The host port that leads to `containerPort`, by default to its first published port.
     *
     * @throws ConfigurationError when that port is not published.
     */
    port(containerPort?: number, protocol?: "tcp" | "udp"): number;
    /** Runs a command in it, given as its arguments, without a shell. A non-zero exit code is a result, not an error. */
    exec(command: readonly string[], options?: ExecOptions & {
        readonly signal?: AbortSignal;
    }): Promise<ExecResult>;
    /**
     * Its last `tailLines` log lines, 100 by default; standard output and error in the order they were written.
     */
    logs(options?: {
        readonly tailLines?: number;
        readonly signal?: AbortSignal;
    }): Promise<string>;
    /** What it uses of the machine now: one sample. */
    stats(options?: {
        readonly signal?: AbortSignal;
    }): Promise<ContainerStats>;
    /**
     * What it uses of the machine, sample by sample, with rates: `for await (const { cpu } of service.monitor())`. The first
     * comes after two intervals at most. Ends when the container does. Leaving the loop ends all that is done for it.
     */
    monitor(options?: MonitorOptions): AsyncIterable<ResourceSample>;
    /**
     * What it uses of the machine, how it is and has been, and how fast it answers. Its container is looked at once, by whoever
     * runs it; nothing is measured in between.
     */
    metrics(): Promise<ServiceMetrics>;
    /**
     * Stands in front of it, on a port of this machine, and times what goes through: `metrics()` tells. The caller disposes it, and
     * the environment does at the latest.
     *
     * @throws ConfigurationError when the container's port is not published, or the port to listen at is taken; LifecycleError
     * after the environment's cleanup.
     */
    proxy({ containerPort, port }?: ProxyOptions): Promise<ServiceProxy>;
    /**
     * How it is, and what the last attempts of the probes saw that watch it as the option `supervision` says. Every change of it is the event
     * `container:health`. Without that option it is `unknown`.
     */
    health(): Promise<ContainerHealth>;
    /**
     * Restarts it, for everybody who uses it, and resolves when it can be used again. It is the same container, but its host ports may be
     * others: ask `port()` or `url` again. What it keeps in memory is gone.
     *
     * @throws UnsupportedError where it cannot be restarted; what its new start fails with, and then it has failed for good.
     */
    restart(): Promise<void>;
    /**
     * Gives back a container that `isolate()` handed out. One that is shared stays: then only what this handle itself has open is
     * closed, which the environment does.
     */
    [Symbol.asyncDispose](): Promise<void>;
}

/** What code that divides a server has of it before anybody else does. */
type DividedServer = Pick<GenericContainer, "name" | "host" | "port">;
/**
 * How the server in a container is divided into parts of which each belongs to one holder, by code of your own. That runs in the
 * processes that use the service, never in the coordinator, which keeps count: who has which part, how many are made ahead of
 * need, and what is left to be removed after a process died.
 */
interface Division<Part extends object> {
    /**
     * Identifies what `prepare` makes, for example the content of migrations: another value is another server. The source text of
     * `prepare` and `open` counts in any case, but nothing that it only refers to.
     */
    readonly fingerprint?: Json;
    /**
     * Makes what parts are made from. Runs once for each server, in the process that starts it, when its probe has succeeded and
     * before anybody gets it. It has until the service's `startTimeoutMs` is over; then the signal aborts.
     */
    readonly prepare?: (server: DividedServer, signal: AbortSignal) => unknown;
    /**
     * Opens what makes and removes parts. Called at most once in each process that uses the service, when that is first asked to
     * make or remove one, which need not be for itself. What it gives is disposed with the environment.
     */
    readonly open: (server: GenericContainer, signal: AbortSignal) => Divider | Promise<Divider>;
    /**
     * What the holder of a part gets: an object of its own, which is given `Symbol.asyncDispose` if it has none. Disposing it does
     * what it did before, if anything, and then gives the part back. A property `url` is shown when a test fails.
     *
     * @param id - What `make` called the part.
     */
    readonly attach: (id: string, server: GenericContainer) => Part | Promise<Part>;
}
/**
 * Makes and removes parts of one server. Any process that uses it may be asked to, for any other; so what `make` makes must be
 * found by what the server itself can tell. Each call may take 30 s; then the signal aborts. A part is called by 1 to 200
 * characters.
 */
interface Divider extends Partial<AsyncDisposable> {
    /**
     * How many parts may be made ahead of need.
     * @default 4
     */
    readonly maxIdle?: number;
    /** Makes a part, and resolves with what it is called: as nothing was called before, in no process. */
    make(signal: AbortSignal): Promise<string>;
    /** Removes a part, whoever still uses it. One that is gone already, or half made, is no failure. */
    remove(id: string, signal: AbortSignal): Promise<unknown>;
    /** Every part there is, half made ones included, whichever process made it: what nobody has is removed. */
    list(signal: AbortSignal): Promise<readonly string[]>;
    /**
     * Makes a part that was given back what it was when it was made, and resolves with what it is called from now on, which nothing
     * was called before; with `undefined` when it has to be removed instead. Absent where each part is removed after use.
     */
    reset?(id: string, signal: AbortSignal): Promise<string | undefined>;
    /**
     * Whether what `make` failed with says that there is no room until a part is removed: then whoever wants one waits for that.
     * @default never
     */
    isFull?(error: unknown): boolean;
}
/** What the holder of a part has: what `attach` made of it. Disposing it gives the part back. */
type OwnPart<Part extends object> = Part extends AsyncDisposable ? Part : Part & AsyncDisposable;

/**
 * What makes a container as it was before somebody had it: a request or a command, which must be answered or end as they say,
 * or a function of your own, which runs in the process that gets the container and ends when the signal aborts.
 */
type ResetHook<Container = GenericContainer> = HttpProbe | CommandProbe | ((container: Container, signal: AbortSignal) => unknown);

/** A port with more than its number. */
interface PublishedPort {
    /** The port the process in the container listens on. */
    readonly containerPort: number;
    /**
     * The transport.
     * @default "tcp"
     */
    readonly protocol?: "tcp" | "udp";
    /**
     * The port on this machine, or a range of which a free one is taken; any free one when absent, which is what lets tests run
     * side by side.
     */
    readonly hostPort?: number | PortRange;
    /** The address on this machine; when absent, `127.0.0.1` for an engine on this machine. */
    readonly hostAddress?: string;
}
/** The handles of what a service depends on, under the names of its `dependsOn`. */
type HandlesOf<Needs extends Dependencies> = {
    readonly [Name in keyof Needs]: HandleOf<Needs[Name]>;
};
/** How containers are given to holders who have them alone. */
interface ContainerIsolationOptions<Per extends IsolationPer = IsolationPer, Container = GenericContainer> extends Pick<IsolationOptions<Per>, "per"> {
    /**
     * Makes a container as it was before somebody had it: `http()`, `command()`, or a function, given the container and a signal
     * that ends it. It runs before a container is handed out that was not started just for that. A container that cannot be reset
     * is removed, and another takes its place.
     * @default none; then a container is removed after use and the next one is started ahead of need
     */
    readonly reset?: ResetHook<Container>;
    /**
     * How long a reset may take, in milliseconds.
     * @default 30_000
     */
    readonly resetTimeoutMs?: number;
}
/** Options that `container()` has however it is isolated. */
interface CommonContainerOptions<Needs extends Dependencies = Dependencies> extends ServiceOptions<Needs> {
    /** Published ports: numbers of ports in the container, or more detail. */
    readonly ports?: readonly (number | PublishedPort)[];
    /** Environment variables; a function gets the handles of `dependsOn`, which are ready by then. */
    readonly env?: Readonly<Record<string, string>> | ((dependencies: HandlesOf<Needs>) => Readonly<Record<string, string>>);
    /**
     * Tells when it can be used: `http`, `tcp`, `command`, `file`, `all`, `any`, or another probe, or one of your own. `false`: as
     * soon as it runs.
     * @default every published TCP port accepts a connection, and the engine says that it is healthy if there is a `healthCheck`
     */
    readonly health?: Probe | false;
    /** Replaces the image's command. */
    readonly command?: readonly string[];
    /** Replaces the image's entrypoint. */
    readonly entrypoint?: readonly string[];
    /** User the process runs as, `name` or `uid:gid`. */
    readonly user?: string;
    /** Directory the process starts in. */
    readonly workingDirectory?: string;
    /** Host name inside the container. */
    readonly hostname?: string;
    /**
     * Fields of the Engine's `POST /containers/create` body, merged over Cleanroom's, for what has no option here.
     * Source: https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerCreate
     */
    readonly engineOptions?: {
        readonly [key: string]: Json;
    };
}
/** Options of `container()`. */
interface ContainerOptions<Needs extends Dependencies = Dependencies, Per extends IsolationPer = IsolationPer> extends CommonContainerOptions<Needs> {
    /** Gives each test, file or worker a container of its own. All share one when absent. */
    readonly isolation?: ContainerIsolationOptions<Per> & {
        readonly parts?: never;
    };
    /**
     * Environment variables by which programs find it, such as `{ MAIL_URL: "url" }`; the value is a property of its handle, or what a function
     * makes of it. `cleanroom run` sets them, and test runners do where `isolation.per` is `"file"` or `"worker"`, before a test
     * file is loaded.
     */
    readonly variables?: PartVariables<GenericContainer>;
}
/** How one container is divided into parts that belong to single holders. */
interface DividedIsolationOptions<Per extends IsolationPer = IsolationPer, Part extends object = object> extends Pick<IsolationOptions<Per>, "per"> {
    /** What makes and removes the parts. They are made ahead of need, and taken back from processes that die. */
    readonly parts: Division<Part>;
}
/** Options of `container()` where all share one container, of which each test, file or worker has a part. */
interface DividedContainerOptions<Needs extends Dependencies = Dependencies, Per extends IsolationPer = IsolationPer, Part extends object = object> extends CommonContainerOptions<Needs> {
    /** Gives each test, file or worker a part of its own. */
    readonly isolation: DividedIsolationOptions<Per, Part>;
    /**
     * Environment variables by which programs find a part of it, such as `{ SHOP_URL: "url" }`; the value is a property of the part, or what a function
     * makes of it. `cleanroom run` sets them, and test runners do where `isolation.per` is `"file"` or `"worker"`, before a test
     * file is loaded.
     */
    readonly variables?: PartVariables<Part>;
}

/** How holders get what they alone have of a container. */
type TakeOwn<Isolated> = (shared: GenericContainer, access: ContainerAccess, options: IsolateOptions) => Promise<Isolated>;
/** A running container that all share who use it. */
declare class SharedContainer<Isolated = GenericContainer> extends GenericContainer {
    #private;
    constructor(connection: ServiceConnection, access: ContainerAccess, takeOwn: TakeOwn<Isolated>);
    /**
     * What its option `isolation` says, of the caller's own. The caller disposes it, which gives it back. With `reset` it is a
     * container that is reset before anybody else gets it, this very one included; with `parts` a part of this one; otherwise
     * a new container, which is removed after use. Without that option it is this container, which is shared.
     *
     * @throws what starting a container throws; CapacityError; IsolationError when no part is made; TimeoutError;
     *   UnsupportedError after `attachService`.
     */
    isolate(options?: IsolateOptions): Promise<Isolated>;
}

/**
 * Any image as a service, divided into parts by code of your own. Describes it only; an environment or a test runner's plugin
 * starts it, once, when it is needed.
 *
 * @param image - As in `docker run`: name, tag, digest.
 */
declare function container<const Needs extends Dependencies = Dependencies, const Per extends IsolationPer = "test", Part extends object = object>(image: string, options: DividedContainerOptions<Needs, Per, Part>): ServiceDefinition<SharedContainer<OwnPart<Part>>, OwnPart<Part>, Per>;
/**
 * Any image as a service. Describes it only; an environment or a test runner's plugin starts it, once, when it is needed.
 *
 * @param image - As in `docker run`: name, tag, digest.
 */
declare function container<const Needs extends Dependencies = Dependencies, const Per extends IsolationPer = "test">(image: string, options?: ContainerOptions<Needs, Per>): ServiceDefinition<SharedContainer, GenericContainer, Per>;

/** What a function that migrates is given. */
interface MigrationContext {
    /** The database, `postgres://user:password@host:port/database`. */
    readonly url: string;
    /** Aborts when the start is given up or takes too long. */
    readonly signal: AbortSignal;
}
/** A function that brings the database to the schema which tests expect. */
interface MigrationFunction {
    /**
     * Migrates, and closes what it opened. It runs in the process that starts the server; other processes wait for it. When its
     * text changes, it runs again; changes of what it calls are seen only through `inputs`.
     */
    readonly run: (context: MigrationContext) => void | Promise<void>;
    /** Files that its outcome depends on, as paths or patterns relative to the configuration's directory. */
    readonly inputs: readonly string[];
}
/** A program that brings the database to the schema which tests expect, such as a migration tool. */
interface MigrationCommand {
    /**
     * The program and its arguments, run in the configuration's directory. It has this process's environment, and the database
     * as `DATABASE_URL`, `PGHOST`, `PGPORT`, `PGUSER`, `PGPASSWORD` and `PGDATABASE`. On Windows a shell runs it, which finds
     * `npx.cmd`.
     */
    readonly command: readonly string[];
    /** Further variables, for a tool that has other names for the database's URL. */
    readonly env?: (url: string) => Readonly<Record<string, string>>;
    /** Files that its outcome depends on, as paths or patterns relative to the configuration's directory. */
    readonly inputs: readonly string[];
}

/**
 * A database that belongs to its holder alone. Disposing gives it back, whoever is still connected to it: it is dropped, or with
 * `isolation: { mode: "reset" }` emptied and then called otherwise.
 */
interface PostgresDatabase extends AsyncDisposable {
    /** The server it is on, shared with others: for its logs, or to run a command there. */
    readonly server: PostgresContainer;
    /** Its name. */
    readonly database: string;
    /** Where it answers from this machine, `postgres://user:password@host:port/database`. */
    readonly url: string;
    /** The same as `url`, under the name that `pg` gives it. */
    readonly connectionString: string;
    /**
     * Where it answers from other containers of the environment.
     *
     * @throws UnsupportedError when its server is on no shared network.
     */
    readonly networkUrl: string;
    /** Host name or address of the server, from this machine. */
    readonly host: string;
    /** Port of the server on this machine. */
    readonly port: number;
    /** User to connect as. */
    readonly username: string;
    /** That user's password. */
    readonly password: string;
    /**
     * Remembers what is in it now, under a name, in place of what was remembered under that before. Whoever is connected to it
     * is disconnected. What is remembered goes with the database.
     *
     * @param name - `default` when absent.
     * @throws IsolationError when the server does not do it; TimeoutError when it takes 30 s.
     */
    snapshot(name?: string): Promise<void>;
    /**
     * Makes it what it was when a snapshot was taken. Whoever is connected to it is disconnected.
     *
     * @param name - `default` when absent.
     * @throws IsolationError when there is no such snapshot, or the server does not do it; TimeoutError when it takes 30 s.
     */
    restore(name?: string): Promise<void>;
    /**
     * What is in it, as SQL that `psql` reads, without owners and privileges. The server's own `pg_dump` writes it, in the
     * server's container.
     *
     * @throws IsolationError when it has more than 50 MB, or `pg_dump` fails; TimeoutError when it takes 30 s; UnsupportedError when
     *   its server exists without Cleanroom.
     */
    dump(options?: {
        readonly signal?: AbortSignal | undefined;
    }): Promise<string>;
    /**
     * Has it kept, with its server, after it was disposed, to look at what a test left. Of one server's databases the last ten
     * are kept; none where there is no coordinator to drop it in the end.
     *
     * @param forMs - For how long, in milliseconds; as the option `isolation.keepFailedMs` says when absent.
     * @returns For how long.
     */
    keep(forMs?: number): number;
}

/** A PostgreSQL server that is ready: its migrations have been run. Its parts are what `isolation.mode` says. */
declare class PostgresContainer<Part = PostgresDatabase> extends GenericContainer {
    #private;
    /** Name of its own database; on a server that exists already, of one that was made for this process. */
    readonly database: string;
    /** User who owns it; a superuser only with the option `superuser`, or on a server that exists already. */
    readonly username: string;
    /** That user's password. */
    readonly password: string;
    constructor(connection: ServiceConnection, access: ContainerAccess);
    /** Where its own database answers from this machine. */
    get url(): string;
    /** The same as `url`, under the name that `pg` gives it. */
    get connectionString(): string;
    /** Where its own database answers from other containers. Throws `UnsupportedError` when it is on no shared network. */
    get networkUrl(): string;
    /**
     * A part of the caller's own, as the migrations left it: a database, made ahead of need where somebody asked before, or what
     * `isolation.mode` says. The caller disposes it, which gives it back; a database is dropped or reset in the background,
     * whoever is still connected to it.
     *
     * @throws IsolationError when the server does not make one; TimeoutError when that takes 30 s.
     */
    isolate({ signal }?: IsolateOptions): Promise<Part>;
    /** Closes what this handle itself has open, not the server. The environment calls it. */
    [Symbol.asyncDispose](): Promise<void>;
}

/**
 * What an isolated part is, and how it becomes pristine again:
 * - `clone`: a database that is copied from the template and dropped after use;
 * - `reset`: a database that is emptied of what its holder wrote, and then handed out again;
 * - `transaction`: a connection in a transaction that is rolled back;
 * - `schema`: a schema of its own in a database that others have schemas in.
 */
type PostgresIsolationMode = "clone" | "reset" | "transaction" | "schema";
/** How tests share a PostgreSQL server. */
interface PostgresIsolationOptions<Per extends IsolationPer = IsolationPer, Mode extends PostgresIsolationMode = PostgresIsolationMode> extends IsolationOptions<Per> {
    /**
     * What a test gets.
     * @default "clone"
     */
    readonly mode?: Mode;
    /**
     * Tables whose rows and sequences stay as tests leave them, by name or as `schema.name`, with their partitions and
     * inheritors; only for `mode: "reset"`. They are as the migrations left them only in a new database.
     * @default []
     */
    readonly ignoredTables?: readonly string[];
}

/** A schema that belongs to its holder alone, in a database that others have schemas in. Disposing drops it. */
interface PostgresSchema extends AsyncDisposable {
    /** The server it is on, shared with others: for its logs, or to run a command there. */
    readonly server: PostgresContainer<PostgresSchema>;
    /** Its name. */
    readonly schema: string;
    /** Name of the database that it is in. */
    readonly database: string;
    /**
     * Where it answers from this machine: the URL of the database, with the search path in `options`, as libpq and most drivers
     * take it, and the schema's name as `application_name`, by which connections are ended that are left open.
     */
    readonly url: string;
    /** The same as `url`, under the name that `pg` gives it. */
    readonly connectionString: string;
    /**
     * Where it answers from other containers of the environment.
     *
     * @throws UnsupportedError when its server is on no shared network.
     */
    readonly networkUrl: string;
    /** Host name or address of the server, from this machine. */
    readonly host: string;
    /** Port of the server on this machine. */
    readonly port: number;
    /** User to connect as. */
    readonly username: string;
    /** That user's password. */
    readonly password: string;
    /**
     * Has it kept, with its server, after it was disposed, to look at what a test left. Of one server's schemas the last ten are
     * kept; none where there is no coordinator to drop it in the end.
     *
     * @param forMs - For how long, in milliseconds; as the option `isolation.keepFailedMs` says when absent.
     * @returns For how long.
     */
    keep(forMs?: number): number;
}

/**
 * A transaction that belongs to its holder alone, in a database that nobody else is in meanwhile. Disposing rolls it back;
 * there is nothing of it to keep or to look at afterwards.
 */
interface PostgresTransaction extends AsyncDisposable {
    /** The server it is on, shared with others: for its logs, or to run a command there. */
    readonly server: PostgresContainer<PostgresTransaction>;
    /** Name of the database. */
    readonly database: string;
    /**
     * The connection that is in the transaction; of the `pg` that Cleanroom depends on. It is connected, and disposing the
     * transaction ends it for its holder.
     *
     * `BEGIN`, `COMMIT` and `ROLLBACK` on their own set, release and return to a savepoint. Whatever else ends the transaction
     * costs the database, which nobody gets again.
     */
    readonly client: Client;
}

/** What a test gets of a PostgreSQL server, by the mode of isolation. */
interface PostgresParts extends Record<PostgresIsolationMode, AsyncDisposable> {
    /** A copy of the template. */
    readonly clone: PostgresDatabase;
    /** A database that others had before. */
    readonly reset: PostgresDatabase;
    /** A connection in a transaction. */
    readonly transaction: PostgresTransaction;
    /** A schema of its own. */
    readonly schema: PostgresSchema;
}

/** Options of `postgres()`; of one whose tests get databases, unless `Mode` says otherwise. */
interface PostgresOptions<Per extends IsolationPer = IsolationPer, Mode extends PostgresIsolationMode = "clone" | "reset"> extends DivisibleServiceOptions<Per> {
    /**
     * Name of the database that is made.
     * @default "test"
     */
    readonly database?: string;
    /**
     * Name of the user that is made, who owns it and every isolated database; migrations and tests connect as this user. An
     * ordinary one, who may make roles in migrations and not in tests, and never databases.
     * @default "test"
     */
    readonly username?: string;
    /** That user's password; a random one when absent. */
    readonly password?: string;
    /**
     * Makes that user the superuser, as the image by itself does. Then a test can change the whole server, and what other tests
     * get.
     * @default false
     */
    readonly superuser?: boolean;
    /**
     * Extensions that a superuser creates in the database before the migrations run, with those that they need.
     * @default []
     */
    readonly extensions?: readonly string[];
    /**
     * SQL files that make the schema, as paths or patterns relative to the configuration's directory. Run once, in the order of
     * the list, those of a pattern in the order of their names; each file in a transaction unless it has its own.
     * @default []
     */
    readonly migrations?: readonly string[];
    /**
     * A function or a command that migrates, for what is no SQL file. It runs after those, once for all processes together, and
     * again when it or one of its `inputs` changes.
     */
    readonly migrate?: MigrationFunction | MigrationCommand;
    /**
     * SQL files that fill the schema, listed and run as `migrations` are, and after everything that migrates.
     * @default []
     */
    readonly seeds?: readonly string[];
    /** Settings of the server, as in `postgresql.conf`, for example `{ max_connections: "200" }`. They win over Cleanroom's. */
    readonly settings?: Readonly<Record<string, string>>;
    /** Environment variables, as the image documents them. */
    readonly env?: Readonly<Record<string, string>>;
    /**
     * Keeps data on disk and flushes it there, as in production. Otherwise data lives in memory, and nothing waits for a disk.
     * @default false
     */
    readonly durable?: boolean;
    /** The port on this machine, or a range of which a free one is taken; any free one when absent. */
    readonly hostPort?: number | PortRange;
    /** How tests get parts of it. */
    readonly isolation?: PostgresIsolationOptions<Per, Mode>;
    /**
     * Environment variables by which programs find a part of it, such as `{ DATABASE_URL: "url", PGPORT: "port" }`; the value is a
     * property of the part, or what a function makes of it. `cleanroom run` sets them, and test runners do where `isolation.per` is
     * `"file"` or `"worker"`, before a test file is loaded.
     */
    readonly variables?: PartVariables<PostgresParts[Mode]>;
}

/**
 * A PostgreSQL server as a service, of which every test can have a part of its own: a database, unless `isolation` says
 * otherwise. Describes it only; an environment or a test runner's plugin starts it, once, when it is needed.
 *
 * @param image - The official image, or one with the same conventions: https://hub.docker.com/_/postgres
 */
declare function postgres<const Per extends IsolationPer = "test", const Mode extends PostgresIsolationMode = "clone">(image: string, options?: PostgresOptions<Per, Mode>): ServiceDefinition<PostgresContainer<PostgresParts[Mode]>, PostgresParts[Mode], Per>;

/** A logical database that belongs to its holder alone. Disposing ends its connections, empties it and gives it back. */
interface RedisDatabase extends AsyncDisposable {
    /** The server it is on, shared with others unless it is its holder's own: for its logs, or to run a command there. */
    readonly server: RedisContainer;
    /** Its number. */
    readonly database: number;
    /** Where it answers from this machine, `redis://user:password@host:port/number`. */
    readonly url: string;
    /**
     * Where it answers from other containers of the environment.
     *
     * @throws UnsupportedError when its server is on no shared network.
     */
    readonly networkUrl: string;
    /** Host name or address of the server, from this machine. */
    readonly host: string;
    /** Port of the server on this machine. */
    readonly port: number;
    /** User to connect as, who may do what concerns this database; empty for the default user, who may do everything. */
    readonly username: string;
    /** That user's password; empty when there is none. */
    readonly password: string;
}

/** What an isolated part is: `database`, a logical database of the server; `server`, a server that nobody else uses. */
type RedisIsolationMode = "database" | "server";
/** How tests share a Redis server. */
interface RedisIsolationOptions<Per extends IsolationPer = IsolationPer> extends Pick<IsolationOptions<Per>, "per"> {
    /**
     * What a test gets. With `server` nothing is refused, and the next server is started while one is used.
     * @default "database"
     */
    readonly mode?: RedisIsolationMode;
}
/** How an isolated part of a Redis server is asked for. */
interface RedisIsolateOptions extends IsolateOptions {
    /**
     * Whether it is a server of its own, where FLUSHALL, SWAPDB and CONFIG SET may be used as well. It is started when it is asked
     * for, unless `isolation.mode` is `"server"`, and removed when it is given back.
     * @default false; true where `isolation.mode` is `"server"`
     */
    readonly isolated?: boolean;
}

/** A Redis server that is ready. */
declare class RedisContainer extends GenericContainer {
    #private;
    /** Password of the default user, or of the one whom its URL names; empty when there is none. */
    readonly password: string;
    /** How many logical databases it has. */
    readonly databases: number;
    /** @param mode - What `isolate` hands out unless it is asked otherwise. */
    constructor(connection: ServiceConnection, access: ContainerAccess, mode?: RedisIsolationMode);
    /** Where its database 0 answers from this machine; of a server that exists already, the database that its URL names. */
    get url(): string;
    /** Where its database 0 answers from other containers. Throws `UnsupportedError` when it is on no shared network. */
    get networkUrl(): string;
    /** Where the logical database of this number answers from this machine, as the default user. */
    databaseUrl(database: number): string;
    /**
     * Empties one logical database.
     *
     * @throws ConfigurationError when there is none of this number; the last one is Cleanroom's own. UnsupportedError when the
     * server exists without Cleanroom: what is in its databases may be anybody's.
     */
    flush(database?: number): Promise<void>;
    /**
     * A logical database of the caller's own, empty, with a user who may do what concerns that database: not FLUSHALL, SWAPDB or
     * CONFIG SET. Channels of PUBLISH are everybody's. The caller disposes it, which gives it back; the user is removed and the
     * database emptied in the background. When all are in use, it is waited for other processes that have some.
     *
     * With `isolated: true` it is database 0 of a server that nobody else uses, which is removed when it is given back.
     *
     * @throws IsolationError when all are in use and no other process may give one back, or the server does not give one;
     *   TimeoutError when that takes 30 s. What starting a container throws, and UnsupportedError after `attachService`, when a
     *   server was asked for.
     */
    isolate({ signal, isolated }?: RedisIsolateOptions): Promise<RedisDatabase>;
    /** Closes this handle's own connection, not the server. The environment calls it. */
    [Symbol.asyncDispose](): Promise<void>;
}

/** Options of `redis()`. */
interface RedisOptions<Per extends IsolationPer = IsolationPer> extends DivisibleServiceOptions<Per> {
    /**
     * The password of the default user; a random one when absent, which needs Redis 6.2 or later. `false`: none, for clients
     * that cannot send one; then isolated databases have no users of their own, and nothing is refused to their holders.
     */
    readonly password?: string | false;
    /**
     * How many logical databases the server has. Each isolated part takes one while it is in use; two are kept back.
     * @default 1_024
     */
    readonly databases?: number;
    /** Settings of the server, as in `redis.conf`, for example `{ maxmemory: "64mb" }`. They win over Cleanroom's. */
    readonly settings?: Readonly<Record<string, string>>;
    /** Environment variables, as the image documents them. */
    readonly env?: Readonly<Record<string, string>>;
    /** How tests get parts of it. */
    readonly isolation?: RedisIsolationOptions<Per>;
    /**
     * Environment variables by which programs find a part of it, such as `{ REDIS_URL: "url", REDIS_PORT: "port" }`; the value is a
     * property of the part, or what a function makes of it. `cleanroom run` sets them, and test runners do where `isolation.per` is
     * `"file"` or `"worker"`, before a test file is loaded.
     */
    readonly variables?: PartVariables<RedisDatabase>;
    /** The port on this machine, or a range of which a free one is taken; any free one when absent. */
    readonly hostPort?: number | PortRange;
}

/**
 * A Redis server as a service, of which every test can have a logical database of its own. Describes it only; an environment
 * or a test runner's plugin starts it, once, when it is needed.
 *
 * @param image - The official image, or one with the same conventions: https://hub.docker.com/_/redis
 */
declare function redis<const Per extends IsolationPer = "test">(image: string, options?: RedisOptions<Per>): ServiceDefinition<RedisContainer, RedisDatabase, Per>;

/** How the containers of a module are given to holders who have them alone. */
type ModuleIsolation<Data, Per extends IsolationPer = IsolationPer> = ContainerIsolationOptions<Per, ModuleContainer<Data>>;
/** A container that a module of Testcontainers started, in whichever process. The environment owns it. */
declare class ModuleContainer<Data> extends GenericContainer {
    #private;
    /** What the option `connection` made of it. */
    readonly data: Data;
    /** @param giveBack - Gives it back when it is its holder's own. */
    constructor(connection: ServiceConnection, access: ContainerAccess, isolation?: ModuleIsolation<Data>, giveBack?: () => Promise<void>);
    /**
     * A container of the caller's own, as its option `isolation` says; without that option it is this one, which is shared. The
     * caller disposes it, which gives it back.
     *
     * @throws what starting a container throws; CapacityError; UnsupportedError after `attachService`.
     */
    isolate({ signal }?: IsolateOptions): Promise<ModuleContainer<Data>>;
}

/** The options of every service that make sense where a module describes the container. */
type SharedOptions<Needs extends Dependencies> = Pick<ServiceOptions<Needs>, "dependsOn" | "network" | "resources" | "startTimeoutMs" | "stopGraceMs" | "supervision" | "scope" | "keepAliveMs" | "recovery">;
/** Options of `testcontainer()`. */
interface TestcontainerOptions<Started, Data, Needs extends Dependencies = Dependencies, Per extends IsolationPer = IsolationPer> extends SharedOptions<Needs> {
    /**
     * Identifies what the factory makes: processes whose keys are equal share one container. What a factory does cannot be told
     * beforehand, so name here all that makes a difference: the image's tag, settings, a version of your own.
     */
    readonly key: Json;
    /**
     * What of the started container everybody gets as `data`, in this and in other processes: plain data, as JSON has it. Runs
     * only where the container is created, before anybody gets it, so it may also fill the container.
     */
    readonly connection: (started: Started) => Data | Promise<Data>;
    /** Gives each test, file or worker a container of its own, which the factory makes anew. All share one when absent. */
    readonly isolation?: ModuleIsolation<Data, Per>;
    /**
     * Environment variables by which programs find it, such as `{ BROKER: ({ data }) => data.address }`; the value is a
     * property of its handle, or what a function makes of it. `cleanroom run` sets them, and test runners do where `isolation.per` is
     * `"file"` or `"worker"`, before a test file is loaded.
     */
    readonly variables?: PartVariables<ModuleContainer<Data>>;
}

/**
 * Any module of Testcontainers as a service: one container for all processes, started by the module itself. Describes it only;
 * an environment or a test runner's plugin starts it, once, when it is needed.
 *
 * @param factory - Makes what is to be started, given the handles of `dependsOn`. Runs only in the process that creates the
 * container, so import the module in it: `async () => new (await import("@testcontainers/kafka")).KafkaContainer(…)`.
 */
declare function testcontainer<Started, Data, const Needs extends Dependencies = Dependencies, const Per extends IsolationPer = "test">(factory: (dependencies: HandlesOf<Needs>) => ContainerBuilder<Started> | Promise<ContainerBuilder<Started>>, options: TestcontainerOptions<Started, Data, Needs, Per>): ServiceDefinition<ModuleContainer<Data>, ModuleContainer<Data>, Per>;

/**
 * The kinds of services that have a name, with the function that describes each. Declare yours here, so that `service()` knows its
 * options and what it gives:
 * `declare module "cleanroom-test" { interface ServiceTypes { kafka: typeof kafka } }`.
 */
interface ServiceTypes {
    /** A PostgreSQL server. */
    readonly postgres: typeof postgres;
    /** A Redis server. */
    readonly redis: typeof redis;
    /** Any image. */
    readonly container: typeof container;
}
/** What describes a service of some kind, as `postgres()` does. It starts nothing, and leaves checking its options to what it gives. */
type ServiceFactory = (image: string, options: never) => ServiceDefinition<unknown, unknown>;
/**
 * Gives a kind of service of your own a name, by which `service()` and configurations in JSON and YAML ask for it. Whoever
 * registers the name again takes its place, as a module does that is loaded anew.
 *
 * @param type - The name. Those of Cleanroom's own kinds are taken.
 * @param factory - What describes such a service, given its image and its options.
 * @throws ConfigurationError when the name is taken or empty.
 */
declare function registerServiceType<Type extends string>(type: Type, factory: Type extends keyof ServiceTypes ? ServiceTypes[Type] : ServiceFactory): void;
/**
 * A service of a kind that is known by its name. Describes it only; an environment or a test runner's plugin starts it, once,
 * when it is needed.
 *
 * @param type - Its name: `postgres`, `redis`, `container`, or one that was registered.
 * @param given - What the function takes that describes it: its image and its options.
 * @throws ConfigurationError when no kind has this name.
 */
declare function service<Type extends keyof ServiceTypes>(type: Type, ...given: Parameters<ServiceTypes[Type]>): ReturnType<ServiceTypes[Type]>;

export { BuildError, CapacityError, CleanroomEnvironment, CleanroomError, CleanupError, ConfigurationError, CoordinatorError, CreationError, EngineRequestError, EngineUnavailableError, ExitError, GenericContainer, HealthError, IsolationError, LifecycleError, MigrationError, ModuleContainer, PostgresContainer, ProbeError, RedisContainer, ResourceError, SharedContainer, StartError, TimeoutError, UnsupportedError, all, any, attachService, command, container, defineConfig, disk, exposePart, file, findConfigFile, hasCode, healthCheck, http, isEngineAvailable, junitXml, loadConfig, loadConfigFile, memory, not, postgres, prometheusText, redis, registerServiceType, sequence, service, tcp, testcontainer };
export type { AdoptRequest, AdoptedContainer, Adoption, AlertRule, AttachedService, BindMount, BuildErrorDetails, BuildEvent, BuildOptions, CacheMount, CacheStats, CachesOptions, CachesStats, CapacityErrorDetails, CapacityPolicy, CarePlan, CheckMetrics, ChosenPolicy, CleanroomConfig, CleanupReport, Clock, CombinedProbe, CommandProbe, CommandProbeOptions, CommonContainerOptions, ConditionChangeEvent, ConfigValue, ConfigurationErrorDetails, ConfigurationProblem, ContainerAccess, ContainerBackend, ContainerBuilder, ContainerCacheOptions, ContainerCustomizer, ContainerEvent, ContainerHealth, ContainerInspection, ContainerIsolationOptions, ContainerMetrics, ContainerOptions, ContainerRegistry, ContainerRestartedEvent, ContainerSpec, ContainerState, ContainerStats, ContainerUpdate, CoordinatorErrorDetails, CopiedFile, CountedEvent, CpuUse, CreateRequest, CreationErrorCode, CreationErrorDetails, CreationFailure, DefaultLimits, Dependencies, DependencyHandles, DiskLimit, DiskProbe, DiskProbeOptions, DiskUse, DividedContainerOptions, DividedIsolationOptions, DividedServer, Divider, DivisibleServiceOptions, Division, EngineCaretaker, EngineFeatures, EngineHealth, EngineInfo, EngineObjectKind, EngineRefusal, EngineRequestDetails, EngineUnavailableDetails, EntryUse, EnvironmentCaches, EnvironmentMetrics, EnvironmentOptions, EventMap, EvictionPolicy, EvictionPolicyName, EvictionReason, ExecOptions, ExecResult, ExistingServiceEvent, ExitErrorDetails, ExposeOptions, Fallback, FallbackEvent, FallbackTarget, FileProbe, FileProbeOptions, FileSpec, FileStat, ForeignContainer, HandleOf, HandlesOf, HealthChange, HealthChangeEvent, HealthCheckName, HealthCheckOptions, HealthCheckProbe, HealthErrorDetails, HealthMetrics, HealthProbe, HealthReport, HealthResult, HealthStatus, HealthTerms, HttpProbe, HttpProbeOptions, ImageCacheOptions, InitCommand, IsolateOptions, IsolatedOf, IsolationErrorDetails, IsolationOptions, IsolationPer, IsolationPerOf, Json, KillRule, LabelledObject, LimitedResource, Listener, Listeners, LoadConfigOptions, LoadModule, LoadedConfig, MadePart, MemoryProbe, MemoryProbeOptions, MemoryUse, MergedConfig, MigrationCommand, MigrationContext, MigrationErrorDetails, MigrationFunction, MonitorOptions, MountSpec, NetworkRates, NetworkTraffic, NetworkUse, NotProbe, ObjectCacheOptions, OwnPart, PartMaker, PartVariables, PendingPlan, PerformanceMetrics, PidsUse, PlanContext, PortRange, PortSpec, PostgresDatabase, PostgresIsolationMode, PostgresIsolationOptions, PostgresOptions, PostgresParts, PostgresProbe, PostgresSchema, PostgresTransaction, Probe, ProbeTarget, ProxyOptions, PublishedPort, PullEvent, PullOptions, PullProgress, ReadyEvent, RecoveryOptions, RedisDatabase, RedisIsolateOptions, RedisIsolationMode, RedisIsolationOptions, RedisOptions, RedisProbe, RegistryEntry, RegistryOptions, RemovedEvent, ResetEvent, ResetHook, ResourceErrorCode, ResourceErrorDetails, ResourceExceededEvent, ResourceLimits, ResourceMetric, ResourceOptions, ResourceRule, ResourceRuleTerms, ResourceSample, RestartOptions, RestartPlan, RestartRule, RetryEvent, RetryPolicy, RetryableCode, Secret, SecurityOptions, SecuritySpec, ServiceConnection, ServiceDefinition, ServiceFactory, ServiceHandles, ServiceKind, ServiceMetrics, ServiceOptions, ServicePlan, ServiceProxy, ServiceTypes, Services, SettingSource, Settings, StartErrorDetails, StartFailedEvent, StartMetrics, StartTimings, StateEvent, StopOutcome, StoppedContainer, StorageUse, Substitution, SupervisionOptions, TcpProbe, TcpProbeOptions, TestcontainerOptions, TextPattern, TextProperty, ThrottleRule, TimeoutErrorDetails, Timer, Timings, TmpfsMount, TrafficMetrics, Ulimit, UlimitName, ValueOrigin, VariableSource, VolumeMount, VolumeSpec, WarmImageEvent, WatchListeners, WatchPlan };

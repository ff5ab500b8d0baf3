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
interface BuildOptions {
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

/** A call that a backend can be asked for. */
type BackendMethod = Exclude<Extract<keyof ContainerBackend, string>, "engine">;
/** One call that was made. */
interface BackendCall {
    /** What was asked for. */
    readonly method: BackendMethod;
    /** What it concerned: the name of a container, a network or a volume, an image, a label, or the engine's address. */
    readonly subject: string;
}
/** Whether a call has just begun or has just had its effect. */
type CallPhase = "began" | "ended";
/** Told of every call as it begins and, unless it fails, as it ends. */
type CallListener = (call: BackendCall, phase: CallPhase) => void;

/** What the facts about a backend are tried with. */
interface ContractContext {
    /** The backend in question. */
    readonly backend: ContainerBackend;
    /**
     * An image whose command listens on port 8080, ends with code 0 when it is asked to stop, and obeys these environment
     * variables: `LOG` and `LOG_ERROR` are lines it writes at its start, `EXIT_AFTER_MS` and `EXIT_CODE` let it end by itself,
     * `IGNORE_TERM=1` lets it not react when it is asked to stop. It has `sh`, `stat` and `sleep`.
     */
    readonly serviceImage: string;
    /** An image that is neither present nor in any registry. */
    readonly absentImage: string;
    /** Whether anybody accepts a connection there, soon. */
    readonly canConnect: (host: string, port: number) => Promise<boolean>;
    /** An address of this machine other than 127.0.0.1; absent when it has none. */
    readonly otherAddress?: string | undefined;
}
/** One thing that is true of every backend. */
interface BackendFact {
    /** The fact, as the name of a test. */
    readonly name: string;
    /** Rejects when the fact is not true. */
    readonly run: (context: ContractContext) => Promise<void>;
}

/**
 * What is true of every backend. Run each fact as a test of its own, with a backend that is ready:
 *
 * `for (const fact of backendContract) test(fact.name, () => fact.run(context));`
 */
declare const backendContract: readonly BackendFact[];

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

/** How a process ends. */
interface FakeExit {
    /**
     * Whether the kernel killed it for using too much memory.
     * @default false
     */
    readonly isOutOfMemory?: boolean;
}
/** What a container needs of the engine that it is in. */
interface FakeSurroundings {
    /** The engine's time, in milliseconds. */
    readonly nowMs: () => number;
    /** Told what happens to the container, in the engine's words. */
    readonly onAction: (action: string, container: FakeContainer) => void;
}
/** A container of a `FakeBackend`: what is known about it, and what its process can be made to do. */
declare class FakeContainer {
    #private;
    /** The engine's full id. */
    readonly id: string;
    /** Its name in the engine. The backend changes it. */
    name: string;
    /** What it was made from. */
    readonly spec: ContainerSpec;
    /** The size of what it has written to its own file system, in bytes; a test may say. */
    layerBytes: number;
    /** Labels in addition to the spec's. */
    readonly labels: Readonly<Record<string, string>>;
    /** The network it joined; absent when it is on the engine's default one, or on none any more. */
    networkName: string | undefined;
    constructor(id: string, { containerName, spec, labels, networkName }: CreateRequest, surroundings: FakeSurroundings);
    /** Whether its process has not started, runs, or has ended. */
    get state(): "created" | "running" | "exited";
    /** Whether its processes are frozen. */
    get isPaused(): boolean;
    /** What it uses while it runs; a test may say, and whoever follows it is told. */
    get stats(): ContainerStats;
    set stats(stats: ContainerStats);
    /** Tells what it uses now, and whenever a test says so; the returned function ends that. */
    followStats(listener: (stats: ContainerStats) => void): () => void;
    /** Its labels, those of the spec included. */
    get allLabels(): Readonly<Record<string, string>>;
    /** Its host ports while it runs, keyed by `5432/tcp`. */
    get ports(): Readonly<Record<string, number>>;
    /** Resolves with the exit code when its process has ended. */
    get ended(): Promise<number>;
    /** Starts its process, with these ports published. The backend does that. */
    run(ports: Readonly<Record<string, number>>): void;
    /** Freezes its processes. Without effect when they are frozen. */
    pause(): void;
    /** Lets its processes go on. Without effect when they are not frozen. */
    unpause(): void;
    /** What its limits were last changed to; absent before the first change. */
    get updated(): ContainerUpdate | undefined;
    /** Changes its limits. The backend does that. */
    update(update: ContainerUpdate): void;
    /** Takes it off its network. The backend does that. */
    disconnect(): void;
    /** Lets the kernel kill one of its processes other than the main one, which goes on. */
    killChildForMemory(): void;
    /** Lets the engine's own check of it come to a result. */
    checkHealth(engineHealth: EngineHealth): void;
    /** Ends its process by itself. Without effect when it does not run. */
    exit(exitCode: number, { isOutOfMemory }?: FakeExit): void;
    /** Kills its process. Without effect when it does not run. */
    kill(): void;
    /** Lets its process write a line to its log. */
    log(line: string): void;
    /** The last `tailLines` lines of its log. */
    logTail(tailLines: number): string;
    /** Puts a file in it, in place of one that is there. */
    writeFile(path: string, content: string | Buffer): void;
    /** The content of a file; `undefined` when there is none. */
    readFile(path: string): Buffer | undefined;
    /** What is at a path: a file, or a directory that a file is in. */
    stat(path: string): FileStat | undefined;
    /** What the engine tells about it. */
    inspect(): ContainerInspection;
}

/** What the containers of an image do. Each part has a default, so `{}` is an image whose process runs until it is stopped. */
interface FakeImage {
    /**
     * What its process does at its start: write logs and files, or end.
     * @default nothing
     */
    readonly onStart?: (container: FakeContainer) => void;
    /**
     * What its process does when it is asked to stop. One that does not end is killed after its grace.
     * @default it ends with exit code 0
     */
    readonly onStop?: (container: FakeContainer) => void;
    /**
     * Answers a command that is run in the container. What it throws is what the engine refuses with.
     * @default exit code 0 without output
     */
    readonly onExec?: (command: readonly string[], options: ExecOptions, container: FakeContainer) => ExecAnswer;
}
/** The result of a command, now or later. */
type ExecAnswer = ExecResult | Promise<ExecResult>;

/** Images by name. */
type FakeImages = Readonly<Record<string, FakeImage>>;

/** What a fake engine has. */
interface FakeBackendOptions {
    /**
     * The images that are present, by name.
     * @default every image is present, with a process that runs until it is stopped
     */
    readonly images?: FakeImages;
    /**
     * The images that can be pulled, by name.
     * @default {}
     */
    readonly registry?: FakeImages;
    /**
     * Where time comes from; of the calls only `stop` waits.
     * @default the system's clock
     */
    readonly clock?: Clock;
    /** Differences from a local engine that publishes on 127.0.0.1. */
    readonly engine?: Partial<EngineInfo>;
    /** Differences from an engine that stores containers by overlay2 on ext4, and uses version 2 of cgroups. */
    readonly features?: Partial<EngineFeatures>;
}

/**
 * A container engine in memory, for tests of what stands on one: customizers, probes, services of your own. It keeps a
 * ledger of what was asked of it, can be told to fail or to hang at any call, and shows what exists, so that "leaves
 * nothing behind" is an assertion on `containers` and `networks`. No program runs in it, so nothing listens on its ports.
 */
declare class FakeBackend implements ContainerBackend {
    #private;
    readonly engine: EngineInfo;
    constructor({ images, registry, clock, engine, features }?: FakeBackendOptions);
    /** What was asked of it, in order. */
    get calls(): readonly BackendCall[];
    /** The names of the calls, in order. */
    get methods(): readonly BackendMethod[];
    /** The containers that exist, in the order in which they were made. */
    get containers(): readonly FakeContainer[];
    /** The names of the networks that exist. */
    get networks(): readonly string[];
    /** The names of the volumes that exist. */
    get volumes(): readonly string[];
    /** Calls `listener` as calls begin and end, from now on; the returned function ends that. */
    onCall(listener: CallListener): () => void;
    /** Resolves as soon as `method` has been called `times` times in all; at once when it has been already. */
    called(method: BackendMethod, times?: number): Promise<void>;
    /** Lets the next call of `method` reject with `error`, without effect. A further failure waits for a further call. */
    failNext(method: BackendMethod, error: unknown): void;
    /** Lets the next call of `method` be carried out and yet reject with `error`, as when the engine's answer is lost. */
    loseNextAnswer(method: BackendMethod, error: unknown): void;
    /**
     * Lets every call of `method` hang from now on, until its signal aborts or the returned function is called. An abort does
     * not end `create` and `createNetwork`, as with any backend.
     */
    hang(method: BackendMethod): () => void;
    /** Lets everything that is watched now end with `error`, as when the engine goes away. */
    cutWatches(error: unknown): void;
    pull(image: string, { onProgress }: PullOptions, signal?: AbortSignal): Promise<void>;
    build(...[{ image }, , signal]: Parameters<ContainerBackend["build"]>): Promise<void>;
    create(request: CreateRequest, signal?: AbortSignal): Promise<string>;
    start(id: string, signal?: AbortSignal): Promise<void>;
    stop(id: string, graceMs: number, signal?: AbortSignal): Promise<boolean>;
    pause(id: string, signal?: AbortSignal): Promise<void>;
    unpause(id: string, signal?: AbortSignal): Promise<void>;
    restart(id: string, graceMs: number, signal?: AbortSignal): Promise<void>;
    kill(id: string, signal?: AbortSignal): Promise<void>;
    update(id: string, update: ContainerUpdate, signal?: AbortSignal): Promise<void>;
    rename(id: string, name: string, signal?: AbortSignal): Promise<void>;
    layerBytes(id: string, signal?: AbortSignal): Promise<number | undefined>;
    disconnect(id: string, signal?: AbortSignal): Promise<void>;
    /** Tells what it uses at once, and whenever a test says so; ends with the container. */
    streamStats(id: string, onStats: (stats: ContainerStats) => void, signal?: AbortSignal): Promise<void>;
    remove(idOrName: string, signal?: AbortSignal): Promise<void>;
    inspect(id: string, signal?: AbortSignal): Promise<ContainerInspection>;
    waitForExit(id: string, signal?: AbortSignal): Promise<number>;
    stats(id: string, signal?: AbortSignal): Promise<ContainerStats>;
    exec(id: string, command: readonly string[], options?: ExecOptions, signal?: AbortSignal): Promise<ExecResult>;
    logs(id: string, tailLines: number, signal?: AbortSignal): Promise<string>;
    statFile(id: string, path: string, signal?: AbortSignal): Promise<FileStat | undefined>;
    readFile(id: string, path: string, signal?: AbortSignal): Promise<Buffer>;
    createNetwork(name: string, labels: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<void>;
    removeNetwork(idOrName: string, signal?: AbortSignal): Promise<void>;
    createVolume(name: string, labels: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<void>;
    removeVolume(name: string, signal?: AbortSignal): Promise<void>;
    ping(signal?: AbortSignal): Promise<void>;
    features(signal?: AbortSignal): Promise<EngineFeatures>;
    list(label: string, signal?: AbortSignal): Promise<readonly LabelledObject[]>;
    watch(label: string, { onOpen, onEvent }: WatchListeners, signal?: AbortSignal): Promise<never>;
    /** Nothing to give back: what exists stays, to be looked at. */
    [Symbol.asyncDispose](): Promise<void>;
}

/** A clock whose hands a test turns itself: nothing waits, and timers run exactly when they are due. */
declare class ManualClock implements Clock {
    #private;
    /** @param startMs - What it shows at first, in milliseconds. */
    constructor(startMs?: number);
    /** Timers that have neither run nor been cancelled. */
    get pendingTimers(): number;
    /** What it shows, in milliseconds. */
    now(): number;
    /** Runs `callback` when the clock is turned to `delayMs` from now. */
    startTimer(callback: () => void, delayMs: number): Timer;
    /**
     * Turns the clock by `durationMs`, running every timer that falls due, in order; timers that those start included. What
     * they wake gets to run in between.
     */
    advance(durationMs: number): Promise<void>;
}

export { FakeBackend, FakeContainer, ManualClock, backendContract };
export type { BackendCall, BackendFact, BackendMethod, CallListener, CallPhase, ContractContext, ExecAnswer, FakeBackendOptions, FakeExit, FakeImage, FakeImages };

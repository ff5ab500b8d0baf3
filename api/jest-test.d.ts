/** What makes and starts a container by itself: every class of Testcontainers that describes one. */
interface ContainerBuilder<Started = unknown> {
    /** Makes the container, starts it and waits until it can be used. */
    start(): Promise<Started>;
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

/** Who images of a registry are fetched as. */
interface RegistryOptions {
    /** The account. */
    readonly username: string;
    /** Its password, or a token in its place. Give this or `passwordFrom`. */
    readonly password?: string;
    /** The environment variable that has the password. */
    readonly passwordFrom?: string;
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
/** What a single test gets of a service. */
type IsolatedOf<Definition> = Definition extends ServiceDefinition<infer _Handle, infer Isolated> ? Isolated : never;

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

/** What tests have of some services of a configuration: of each, by name, a part of their own, or of their file's or worker's. */
type PartsOf<Configured extends Services, Name extends keyof Configured> = {
    readonly [Each in Name]: IsolatedOf<Configured[Each]>;
};
/**
 * Has the tests of a `describe`, or of the whole file, use services: a database of its own for every test, given back after
 * it, or for the file or the worker, as `isolation` says. Call it in the body of a `describe` or at the top of the file. What it
 * returns has for each service what the test has that runs, when it is read; hooks that run for each test have it as well, and
 * those that run once have what a file or a worker shares.
 *
 * Services start before a test and its hooks do, so that their start counts against no timeout.
 *
 * @param config - What `cleanroom.config.ts` exports, for its types.
 * @throws Error with the code `CLEANROOM_CONFIGURATION` when there is no such service, or Jest runs without Cleanroom's
 * environment.
 */
declare function useServices<const Configured extends Services, const Name extends string & keyof Configured>(config: CleanroomConfig<Configured>, ...names: readonly Name[]): PartsOf<Configured, Name>;

export { useServices };
export type { PartsOf };

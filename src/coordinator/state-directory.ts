import { createHash, randomBytes, randomUUID } from "node:crypto";
import type { Stats } from "node:fs";
import { constants } from "node:fs";
import { link, lstat, mkdir, open, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { hasCode } from "../errors/cleanroom-error.ts";
import { CoordinatorError } from "../errors/coordinator-error.ts";
import { messageOf } from "../errors/describe.ts";
import { isObject } from "../errors/is-object.ts";
import { parseJson } from "../spec/parse-json.ts";

/** What every coordinator of a user has in common. */
export interface StateDirectory {
  /** Absolute path. */
  readonly path: string;
  /** Identifies the directory; whatever is made carries it as a label. */
  readonly owner: string;
  /** What only the user can read: proves that one may talk to the coordinator, and passwords are derived from it. */
  readonly secret: string;
}

/** Where state is kept unless the user says otherwise. */
export interface StateDirectoryOptions {
  /** `CLEANROOM_STATE_DIR`. */
  readonly stateDirectory?: string | undefined;
  /** `XDG_STATE_HOME`. */
  readonly xdgStateHome?: string | undefined;
  /** `LOCALAPPDATA`, which Windows sets. */
  readonly localAppData?: string | undefined;
}

/**
 * The user's state directory, made when it is missing.
 *
 * @throws CoordinatorError when it is somebody else's, or can be read by others, or is no directory.
 */
export async function openStateDirectory(options: StateDirectoryOptions): Promise<StateDirectory> {
  const path = resolve(options.stateDirectory ?? defaultPath(options)); // The coordinator works in another directory.
  await ensurePrivateDirectory(path);
  const { owner, secret } = await readOrMakeIdentity(join(path, "identity.json"));
  return { path, owner, secret };
}

/** Where one coordinator keeps its files and where it is reached. */
export interface CoordinatorPaths {
  /** Identifies the coordinator within its state directory. */
  readonly id: string;
  /** Its own directory. */
  readonly directory: string;
  /** What it writes down; only one process at a time can have it open. */
  readonly journal: string;
  /** What it says about itself. */
  readonly log: string;
  /** Where sockets are. */
  readonly sockets: string;
  /** Its socket. */
  readonly socket: string;
  /** Where it is decided who starts it. */
  readonly election: string;
}

/**
 * Makes the directories of the coordinator for one engine and one version of Cleanroom.
 *
 * @throws CoordinatorError as `openStateDirectory` does.
 */
export async function openCoordinatorPaths(
  { path, owner }: StateDirectory,
  engine: string,
  version: string,
): Promise<CoordinatorPaths> {
  const id = createHash("sha256")
    .update(JSON.stringify([owner, engine, version]))
    .digest("hex")
    .slice(0, 12);
  const directory = join(path, id);
  await ensurePrivateDirectory(directory);
  const sockets = socketDirectoryOf(directory, id);
  await ensurePrivateDirectory(sockets);
  return {
    id,
    directory,
    journal: join(directory, "journal.db"),
    log: join(directory, "coordinator.log"),
    sockets,
    socket: socketPath(sockets, "coordinator"),
    election: socketPath(sockets, "election"),
  };
}

/** Longest path of a Unix socket that every system takes, in bytes. Source: unix(7), `sun_path`; macOS has 104. */
const MAX_SOCKET_PATH_BYTES = 100;

/** Length of the longest name of a socket. */
const LONGEST_SOCKET_NAME = "m-0123456789abcdef".length;

/** The path of a socket, or of a named pipe where there are no Unix sockets. */
export function socketPath(directory: string, name: string): string {
  if (process.platform !== "win32") return join(directory, name);
  return `\\\\.\\pipe\\${createHash("sha256").update(directory).digest("hex").slice(0, 24)}-${name}`;
}

/**
 * Where the sockets of a coordinator are: in its own directory, unless that makes their paths too long. Then they are where
 * every process of the user looks for them, whatever its `TMPDIR` is: those that use one state directory must meet.
 */
export function socketDirectoryOf(directory: string, id: string): string {
  const isShortEnough = Buffer.byteLength(directory) + 1 + LONGEST_SOCKET_NAME <= MAX_SOCKET_PATH_BYTES;
  const uid = process.getuid?.();
  return isShortEnough || uid === undefined ? directory : `/tmp/cleanroom-${uid}-${id}`; // Pipes have no such limit.
}

function defaultPath({ xdgStateHome, localAppData }: StateDirectoryOptions): string {
  if (process.platform === "win32") return join(localAppData ?? join(homedir(), "AppData", "Local"), "cleanroom");
  return join(xdgStateHome ?? join(homedir(), ".local", "state"), "cleanroom");
}

async function ensurePrivateDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    refuseUnlessPrivate(path, await lstat(path));
  } catch (error) {
    if (hasCode(error, "CLEANROOM_COORDINATOR")) throw error;
    throw new CoordinatorError({ problem: `The state directory ${path} cannot be used: ${messageOf(error)}.` }, error);
  }
}

function refuseUnlessPrivate(path: string, stats: Stats): void {
  const problem = problemOf(stats);
  if (problem === undefined) return;
  throw new CoordinatorError({ problem: `The state directory ${path} cannot be trusted: ${problem}.` });
}

function problemOf(stats: Stats): string | undefined {
  if (stats.isSymbolicLink()) return "it is a symbolic link";
  if (!stats.isDirectory()) return "it is no directory";
  const uid = process.getuid?.();
  if (uid === undefined) return undefined; // Windows: a profile's directories are its user's.
  if (stats.uid !== uid) return `it belongs to user ${stats.uid}, not to ${uid}`;
  const mode = stats.mode & 0o777;
  return (mode & 0o077) === 0 ? undefined : `others may use it (mode ${mode.toString(8)}); chmod 700 it`;
}

interface Identity {
  readonly owner: string;
  readonly secret: string;
}

/** Whoever comes first makes it; linking a complete file into place is what decides that. */
async function readOrMakeIdentity(path: string): Promise<Identity> {
  const existing = await readIdentity(path);
  if (existing !== undefined) return existing;
  const draft = `${path}.${randomBytes(6).toString("hex")}`;
  const identity: Identity = { owner: randomUUID(), secret: randomBytes(32).toString("base64url") };
  await writeFile(draft, JSON.stringify(identity), { mode: 0o600, flag: "wx" });
  try {
    await link(draft, path);
  } catch (error) {
    if (!isObject(error) || !("code" in error) || error.code !== "EEXIST") throw error;
  } finally {
    await rm(draft);
  }
  return (await readIdentity(path)) ?? identity;
}

function parseIdentity(path: string, text: string): Identity {
  try {
    const { owner, secret } = parseJson<Partial<Identity>>(text);
    if (typeof owner === "string" && typeof secret === "string") return { owner, secret };
  } catch {
    // Told below.
  }
  throw new CoordinatorError({ problem: `${path} is damaged; remove it.` });
}

async function readIdentity(path: string): Promise<Identity | undefined> {
  // Windows has no such flag, and no links that are followed by everybody.
  const flags = constants.O_RDONLY | ((constants as { O_NOFOLLOW?: number }).O_NOFOLLOW ?? 0);
  const file = await open(path, flags).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    const problem = `${path} cannot be trusted: ${messageOf(error)}.`;
    throw new CoordinatorError({ problem }, error);
  });
  if (file === undefined) return undefined;
  try {
    const { uid, mode } = await file.stat();
    const isPrivate = process.getuid === undefined || (uid === process.getuid() && (mode & 0o077) === 0);
    if (!isPrivate) throw new CoordinatorError({ problem: `${path} cannot be trusted: others may use it.` });
    return parseIdentity(path, await file.readFile("utf8"));
  } finally {
    await file.close();
  }
}

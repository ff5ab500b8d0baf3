import type { ExecResult } from "../backend/container-backend.ts";
import { refusalOf } from "../errors/engine-request-error.ts";
import { ProbeError } from "../errors/probe-error.ts";
import { UnsupportedError } from "../errors/unsupported-error.ts";
import type { Clock } from "../time/clock.ts";
import type { FileProbe, ProbeTarget } from "./probe.ts";

/** What a shell ends with that does not find a program. */
const NO_SUCH_PROGRAM = 127;

/** The largest file that is searched, in bytes: all of it is held in memory for that, perhaps by the coordinator. */
const MAX_SEARCHED_BYTES = 67_108_864;

/** What was found at the path; only what is asked for is fetched. */
interface SeenFile {
  readonly sizeBytes: () => Promise<number>;
  readonly read: () => Promise<string>;
  readonly modifiedAtMs: () => Promise<number>;
}

/** One attempt of a file probe. */
export async function checkFile(
  probe: FileProbe,
  target: ProbeTarget,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const { path, absent = false } = probe;
  const seen = await look(path, target, signal);
  if (absent && seen !== undefined) throw new ProbeError(`${path} is there`);
  if (absent) return;
  if (seen === undefined) throw new ProbeError(`${path} is not there`);
  await assertAsAsked(probe, seen, clock);
}

async function assertAsAsked(probe: FileProbe, seen: SeenFile, clock: Clock): Promise<void> {
  const { path, minSizeBytes = 0, modifiedWithinMs, contentIncludes } = probe;
  const sizeBytes = minSizeBytes === 0 ? 0 : await seen.sizeBytes();
  if (sizeBytes < minSizeBytes) throw new ProbeError(`${path} has ${sizeBytes} bytes`);
  if (contentIncludes !== undefined && !(await seen.read()).includes(contentIncludes)) {
    throw new ProbeError(`${path} has other content`);
  }
  const ageMs = modifiedWithinMs === undefined ? 0 : clock.now() - (await seen.modifiedAtMs());
  if (ageMs > (modifiedWithinMs ?? 0)) {
    throw new ProbeError(`${path} was changed ${Math.round(ageMs / 1_000)} s ago`);
  }
}

async function look(path: string, target: ProbeTarget, signal: AbortSignal): Promise<SeenFile | undefined> {
  if (target.isInMemory(path)) return lookInside(path, target, signal);
  const stat = await target.statFile(path, signal);
  if (stat === undefined) return undefined;
  // The engine tells of a link itself, and where it leads in the end, so there are no links to follow from there.
  if (stat.linkTarget !== undefined && stat.linkTarget !== path) return look(stat.linkTarget, target, signal);
  return {
    sizeBytes: () => Promise.resolve(stat.sizeBytes),
    read: async () => {
      assertSearchable(path, stat.sizeBytes);
      return (await target.readFile(path, signal)).toString();
    },
    modifiedAtMs: () => Promise.resolve(stat.modifiedAtMs),
  };
}

function assertSearchable(path: string, sizeBytes: number): void {
  if (sizeBytes <= MAX_SEARCHED_BYTES) return;
  throw new ProbeError(`${path} has ${sizeBytes} bytes; more than ${MAX_SEARCHED_BYTES} are not searched`);
}

/** The engine's archive API sees neither tmpfs mounts nor /proc, so there a command has to look. */
async function lookInside(path: string, target: ProbeTarget, signal: AbortSignal): Promise<SeenFile | undefined> {
  const run = (script: string): Promise<ExecResult> => target.exec(["sh", "-c", script, path], {}, signal);
  try {
    if ((await run('test -e "$0"')).exitCode !== 0) return undefined;
  } catch (error) {
    const hasNoShell = refusalOf(error) === "command-not-runnable";
    if (!hasNoShell) throw error;
    throw new UnsupportedError(
      `${path} is on a tmpfs mount, which can only be seen from inside, and the image has no shell. Probe another path.`,
      error,
    );
  }
  return {
    sizeBytes: async () => Number((await run('test -d "$0" || wc -c <"$0"')).stdout),
    read: async () => (await run('test -d "$0" || cat "$0"')).stdout,
    modifiedAtMs: async () => modificationTime(path, await run('stat -c %Y "$0"')),
  };
}

function modificationTime(path: string, { exitCode, stdout, stderr }: ExecResult): number {
  if (exitCode === NO_SUCH_PROGRAM) {
    throw new UnsupportedError(
      `Of ${path}, on a tmpfs mount, only \`stat\` tells the age, and the image has no such program.`,
    );
  }
  if (exitCode !== 0) throw new ProbeError(stderr.trim().slice(0, 200));
  return Number(stdout) * 1_000;
}

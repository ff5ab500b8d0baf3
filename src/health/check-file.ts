import type { ExecResult } from "../backend/container-backend.ts";
import { refusalOf } from "../errors/engine-request-error.ts";
import { ProbeError } from "../errors/probe-error.ts";
import { UnsupportedError } from "../errors/unsupported-error.ts";
import type { FileProbe, ProbeTarget } from "./probe.ts";

/** What was found at the path; only what is asked for is fetched. */
interface SeenFile {
  readonly sizeBytes: () => Promise<number>;
  readonly read: () => Promise<string>;
}

/** One attempt of a file probe. */
export async function checkFile(probe: FileProbe, target: ProbeTarget, signal: AbortSignal): Promise<void> {
  const { path, minSizeBytes = 0, contentIncludes } = probe;
  const seen = await look(path, target, signal);
  if (probe.absent === true) {
    if (seen !== undefined) throw new ProbeError(`${path} is there`);
    return;
  }
  if (seen === undefined) throw new ProbeError(`${path} is not there`);
  const sizeBytes = minSizeBytes === 0 ? 0 : await seen.sizeBytes();
  if (sizeBytes < minSizeBytes) throw new ProbeError(`${path} has ${sizeBytes} bytes`);
  if (contentIncludes !== undefined && !(await seen.read()).includes(contentIncludes)) {
    throw new ProbeError(`${path} has other content`);
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
    read: async () => (await target.readFile(path, signal)).toString(),
  };
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
  };
}

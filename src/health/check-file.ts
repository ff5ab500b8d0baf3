import { EngineRequestError } from "../errors/engine-request-error.ts";
import { ProbeError } from "../errors/probe-error.ts";
import { UnsupportedError } from "../errors/unsupported-error.ts";
import type { FileProbe, ProbeTarget } from "./probe.ts";

/** What was found at the path. */
interface SeenFile {
  readonly sizeBytes: number;
  readonly read: () => Promise<string>;
}

/** One attempt of a file probe. */
export async function checkFile(probe: FileProbe, target: ProbeTarget, signal: AbortSignal): Promise<void> {
  const { path } = probe;
  const seen = target.isInMemory(path) ? await lookInside(path, target, signal) : await lookAt(path, target, signal);
  if (probe.absent === true) {
    if (seen !== undefined) throw new ProbeError(`${path} is there`);
    return;
  }
  if (seen === undefined) throw new ProbeError(`${path} is not there`);
  if (seen.sizeBytes < (probe.minSizeBytes ?? 0)) throw new ProbeError(`${path} has ${seen.sizeBytes} bytes`);
  if (probe.contentIncludes !== undefined && !(await seen.read()).includes(probe.contentIncludes)) {
    throw new ProbeError(`${path} has other content`);
  }
}

async function lookAt(path: string, target: ProbeTarget, signal: AbortSignal): Promise<SeenFile | undefined> {
  const stat = await target.statFile(path, signal);
  if (stat === undefined) return undefined;
  return { sizeBytes: stat.sizeBytes, read: async () => (await target.readFile(path, signal)).toString() };
}

/** The engine's archive API sees neither tmpfs mounts nor /proc, so there a command has to look. */
async function lookInside(path: string, target: ProbeTarget, signal: AbortSignal): Promise<SeenFile | undefined> {
  const script = 'test -e "$0" && cat "$0"';
  try {
    const { exitCode, stdout } = await target.exec(["sh", "-c", script, path], {}, signal);
    return exitCode === 0 ? { sizeBytes: Buffer.byteLength(stdout), read: () => Promise.resolve(stdout) } : undefined;
  } catch (error) {
    const hasNoShell = error instanceof EngineRequestError && error.details.refusal === "command-not-runnable";
    if (!hasNoShell) throw error;
    throw new UnsupportedError(
      `${path} is on a tmpfs mount, which can only be seen from inside, and the image has no shell. Probe another path.`,
      error,
    );
  }
}

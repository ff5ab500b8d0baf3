import { refusalOf } from "../errors/engine-request-error.ts";
import { ProbeError } from "../errors/probe-error.ts";
import { UnsupportedError } from "../errors/unsupported-error.ts";
import type { DiskUse } from "./disk-use.ts";
import { parseDf, usedRatio } from "./disk-use.ts";
import { percent } from "./percent.ts";
import type { DiskProbe, ProbeTarget } from "./probe.ts";

/** One attempt of a disk probe. */
export async function checkDisk(probe: DiskProbe, target: ProbeTarget, signal: AbortSignal): Promise<void> {
  const { path = "/", maxUsedRatio = 0.9 } = probe;
  const use = (await target.measureDisk(path, signal)) ?? (await askInside(path, target, signal));
  const ratio = usedRatio(use);
  if (ratio === undefined)
    throw new UnsupportedError(`${path} is on a file system without a size. Probe another path.`);
  if (ratio > maxUsedRatio) {
    throw new ProbeError(`${percent(ratio)} of the disk at ${path} is used, at most ${percent(maxUsedRatio)} may be`);
  }
}

async function askInside(path: string, target: ProbeTarget, signal: AbortSignal): Promise<DiskUse> {
  const { exitCode, stdout, stderr } = await runDf(path, target, signal);
  if (exitCode !== 0) throw new ProbeError(`df: exit code ${exitCode}: ${stderr.trim().slice(0, 200)}`);
  const use = parseDf(stdout);
  if (use === undefined)
    throw new UnsupportedError(`\`df\` in the container does not print what POSIX asks for: ${stdout}`);
  return use;
}

async function runDf(path: string, target: ProbeTarget, signal: AbortSignal): ReturnType<ProbeTarget["exec"]> {
  try {
    return await target.exec(["df", "-P", "-k", path], {}, signal);
  } catch (error) {
    if (refusalOf(error) !== "command-not-runnable") throw error;
    throw new UnsupportedError(
      `The disk at ${path} can only be measured from inside, and the image has no program \`df\`.`,
      error,
    );
  }
}

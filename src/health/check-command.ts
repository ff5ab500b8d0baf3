import { ProbeError } from "../errors/probe-error.ts";
import type { CommandProbe, ProbeTarget } from "./probe.ts";

/** One attempt of a command probe. */
export async function checkCommand(probe: CommandProbe, target: ProbeTarget, signal: AbortSignal): Promise<void> {
  const { exitCode, stdout, stderr } = await target.exec(probe.command, {}, signal);
  if (exitCode !== (probe.exitCode ?? 0)) {
    throw new ProbeError(`exit code ${exitCode}${said(stderr === "" ? stdout : stderr)}`);
  }
  if (probe.outputIncludes !== undefined && !stdout.includes(probe.outputIncludes)) {
    throw new ProbeError(`other output${said(stdout)}`);
  }
}

function said(output: string): string {
  const text = output.trim().slice(0, 200);
  return text === "" ? "" : `: ${text}`;
}

import type { ExecResult } from "../backend/container-backend.ts";
import { isEngineRequestError } from "../errors/engine-request-error.ts";
import { ProbeError } from "../errors/probe-error.ts";
import { UnsupportedError } from "../errors/unsupported-error.ts";
import type { CommandProbe, ProbeTarget } from "./probe.ts";

/** What a command probe reaches of a container. */
export type ExecTarget = Pick<ProbeTarget, "exec">;

/** One attempt of a command probe. */
export async function checkCommand(probe: CommandProbe, target: ExecTarget, signal: AbortSignal): Promise<void> {
  const { exitCode, stdout, stderr } = await run(probe, target, signal);
  if (exitCode !== (probe.exitCode ?? 0)) {
    throw new ProbeError(`exit code ${exitCode}${said(stderr === "" ? stdout : stderr)}`);
  }
  if (probe.outputIncludes !== undefined && !stdout.includes(probe.outputIncludes)) {
    throw new ProbeError(`other output${said(stdout)}`);
  }
}

async function run({ command }: CommandProbe, target: ExecTarget, signal: AbortSignal): Promise<ExecResult> {
  try {
    return await target.exec(command, {}, signal);
  } catch (error) {
    if (!isEngineRequestError(error) || error.details.refusal !== "command-not-runnable") throw error;
    const problem = `The command \`${command.join(" ")}\` cannot be run in the container: ${error.details.reason}`;
    throw new UnsupportedError(`${problem}\nName a program that the image has, or use no command.`, error);
  }
}

function said(output: string): string {
  const text = output.trim().slice(0, 200);
  return text === "" ? "" : `: ${text}`;
}

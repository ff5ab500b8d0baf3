import { addAbortSignal } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { Container } from "dockerode";
import { EngineRequestError } from "../../errors/engine-request-error.ts";
import { defined } from "../../spec/defined.ts";
import type { ExecOptions, ExecResult } from "../container-backend.ts";
import { classify } from "../engine-api/engine-errors.ts";
import { splitFrames, textOf } from "./frames.ts";

/**
 * Runs a command in a container and collects what it wrote to each of its streams.
 *
 * @throws EngineRequestError when there is no such program, user or directory in the container.
 */
export async function runInContainer(
  container: Container,
  command: readonly string[],
  options: ExecOptions,
  abortSignal: AbortSignal,
): Promise<ExecResult> {
  const exec = await container.exec({
    Cmd: [...command],
    Env: Object.entries(options.env ?? {}).map(([name, value]) => `${name}=${value}`),
    ...defined({ User: options.user, WorkingDir: options.workingDirectory }),
    AttachStdout: true,
    AttachStderr: true,
    abortSignal,
  });
  const stream = addAbortSignal(abortSignal, await exec.start({ hijack: true, abortSignal }));
  const frames = splitFrames(await buffer(stream));
  const { ExitCode } = await exec.inspect({ abortSignal });
  const result = { exitCode: ExitCode ?? 0, stdout: textOf(frames, "stdout"), stderr: textOf(frames, "stderr") };
  if (wasNotRun(result)) throw refusalOf(command, result.stdout.trim());
  return result;
}

/** The engine answers 200 before it tries, and then says in the command's place why it could not be run. */
function wasNotRun({ exitCode, stdout }: ExecResult): boolean {
  const isByShellConvention = exitCode === 126 || exitCode === 127;
  const isTheEngines = /^(OCI runtime exec failed: |unable to find user )[^\n]*\r\n$/.test(stdout);
  // Whatever else the engine may say, such as that the container is just being killed, does not hold for ever.
  return isByShellConvention && isTheEngines && classify(stdout) === "command-not-runnable";
}

function refusalOf(command: readonly string[], reason: string): EngineRequestError {
  return new EngineRequestError({ operation: `run ${command.join(" ")}`, refusal: "command-not-runnable", reason });
}

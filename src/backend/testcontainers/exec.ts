import { addAbortSignal } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { Container } from "dockerode";
import { defined } from "../../spec/defined.ts";
import type { ExecOptions, ExecResult } from "../container-backend.ts";
import { splitFrames, textOf } from "./frames.ts";

/** Runs a command in a container and collects what it wrote to each of its streams. */
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
  return { exitCode: ExitCode ?? 0, stdout: textOf(frames, "stdout"), stderr: textOf(frames, "stderr") };
}

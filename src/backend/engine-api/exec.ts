import { buffer } from "node:stream/consumers";
import { EngineRequestError } from "../../errors/engine-request-error.ts";
import { defined } from "../../spec/defined.ts";
import { parseJson } from "../../spec/parse-json.ts";
import type { ExecOptions, ExecResult } from "../container-backend.ts";
import type { EngineConnection } from "./engine-connection.ts";
import { classify } from "./engine-errors.ts";
import { splitFrames, textOf } from "./frames.ts";

/** A command to run in a container. */
export interface ExecRequest extends ExecOptions {
  /** The engine's id of the container. */
  readonly id: string;
  /** The command and its arguments. */
  readonly command: readonly string[];
}

/**
 * Runs a command in a container and collects what it wrote to each of its streams.
 *
 * @throws EngineRequestError when there is no such program, user or directory in the container.
 */
export async function runInContainer(
  connection: EngineConnection,
  { id, command, env = {}, user, workingDirectory }: ExecRequest,
  signal: AbortSignal,
): Promise<ExecResult> {
  const operation = `run ${command.join(" ")}`;
  const body = {
    Cmd: command,
    Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
    ...defined({ User: user, WorkingDir: workingDirectory }),
    AttachStdout: true,
    AttachStderr: true,
  };
  const path = `/containers/${encodeURIComponent(id)}/exec`;
  const made = await connection.ask({ operation, method: "POST", path, body }, signal);
  const exec = `/exec/${parseJson<{ readonly Id: string }>(made).Id}`;
  const start = { operation, method: "POST", path: `${exec}/start`, body: { Detach: false, Tty: false } } as const;
  const frames = splitFrames(await buffer(await connection.open(start, signal)));
  const ended = await connection.ask({ operation, method: "GET", path: `${exec}/json` }, signal);
  const { ExitCode } = parseJson<{ readonly ExitCode: number | null }>(ended);
  const result = { exitCode: ExitCode ?? 0, stdout: textOf(frames, "stdout"), stderr: textOf(frames, "stderr") };
  if (!wasNotRun(result)) return result;
  const reason = result.stdout.trim();
  throw new EngineRequestError({ operation, refusal: "command-not-runnable", reason });
}

/** The engine answers 200 before it tries, and then says in the command's place why it could not be run. */
function wasNotRun({ exitCode, stdout }: ExecResult): boolean {
  const isByShellConvention = exitCode === 126 || exitCode === 127;
  const isTheEngines = /^(OCI runtime exec failed: |unable to find user )[^\n]*\r\n$/.test(stdout);
  // Whatever else the engine may say, such as that the container is just being killed, does not hold for ever.
  return isByShellConvention && isTheEngines && classify(stdout) === "command-not-runnable";
}

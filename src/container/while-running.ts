import type { ContainerBackend } from "../backend/container-backend.ts";
import { CleanroomError, hasCode } from "../errors/cleanroom-error.ts";
import { abortable } from "../time/abortable.ts";

/** A container's main process ended while something depended on it. Turned into a `StartError` with its logs. */
export class ExitedEarly extends CleanroomError {
  static {
    this.prototype.name = "ExitedEarly";
  }

  readonly code = "CLEANROOM_EXITED";
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`exited with code ${exitCode}`);
    this.exitCode = exitCode;
  }
}

/** Whether an error tells that a container's main process ended. */
export function hasExitedEarly(error: unknown): error is ExitedEarly {
  return hasCode(error, "CLEANROOM_EXITED");
}

/**
 * Does `work` as long as the container's main process runs. The engine tells of its end at once, so nobody waits for a
 * deadline to learn it.
 *
 * @throws ExitedEarly when it ends before `work` does.
 */
export async function whileRunning<T>(
  id: string,
  backend: ContainerBackend,
  work: (signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const ended = new AbortController();
  const watching = new AbortController();
  const watch = backend.waitForExit(id, watching.signal).then(
    (exitCode) => {
      ended.abort(new ExitedEarly(exitCode));
    },
    (error: unknown) => {
      if (!watching.signal.aborted) ended.abort(error);
    },
  );
  const workSignal = AbortSignal.any([signal, ended.signal]);
  try {
    return await abortable(work(workSignal), workSignal);
  } finally {
    watching.abort();
    await watch;
  }
}

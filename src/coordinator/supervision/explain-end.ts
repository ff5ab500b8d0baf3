import type { EngineCaretaker } from "../../backend/engine-caretaker.ts";
import { memoryShortage, shortageIn } from "../../container/explain-shortage.ts";
import { readLogTail } from "../../container/read-log-tail.ts";
import type { ServiceConnection } from "../../container/service-connection.ts";
import type { CleanroomError } from "../../errors/cleanroom-error.ts";
import { ExitError } from "../../errors/exit-error.ts";
import { ResourceError } from "../../errors/resource-error.ts";
import { boundsIn } from "../../spec/bounds.ts";

/** How a container ended. */
export interface ContainerEnd {
  /** Exit code of its main process. */
  readonly exitCode: number;
  /** Whether the kernel killed it for using too much memory. */
  readonly isOutOfMemory: boolean;
  /** Its labels, which tell its limits. */
  readonly labels: Readonly<Record<string, string>>;
}

/** What is told of a container that ended although it was in use: how, and its last log lines. */
export async function explainEnd(
  { name: container, id }: ServiceConnection,
  { exitCode, isOutOfMemory, labels }: ContainerEnd,
  caretaker: EngineCaretaker,
): Promise<CleanroomError> {
  const logTail = await readLogTail(id, caretaker);
  const bounds = boundsIn(labels);
  const shortage = isOutOfMemory ? memoryShortage(bounds) : shortageIn(logTail, bounds);
  return shortage === undefined
    ? new ExitError({ container, exitCode, logTail })
    : new ResourceError({ container, logTail, ...shortage });
}

import type { EngineCaretaker } from "../backend/engine-caretaker.ts";
import { isEngineRequestError } from "../errors/engine-request-error.ts";

/** How many log lines an error ends with. */
const LOG_LINES = 20;

/** A container's last log lines, for an error. They are evidence only: when the engine cannot give them, it goes without. */
export async function readLogTail(id: string, caretaker: Pick<EngineCaretaker, "logs">): Promise<string> {
  try {
    return await caretaker.logs(id, LOG_LINES);
  } catch (error) {
    if (isEngineRequestError(error)) return "";
    throw error;
  }
}

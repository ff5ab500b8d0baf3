import type { ChildProcess } from "node:child_process";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { PostgresIsolationMode } from "../../src/index.ts";

/** A process that has a part of a server. */
export interface PartHolder {
  /** What the part is called. */
  readonly part: string;
  /** The process. */
  readonly process: ChildProcess;
}

/** Has another process take a part of the server of a directory, and write in it, in a transaction that stays open. */
export async function holdPart(rootDirectory: string, mode: PostgresIsolationMode): Promise<PartHolder> {
  const program = fileURLToPath(new URL("../docker/programs/hold-part.ts", import.meta.url));
  const awaitUsing = fileURLToPath(new URL("../../scripts/await-using.mjs", import.meta.url));
  const child = execFile(process.execPath, ["--import", awaitUsing, program, rootDirectory, mode]);
  if (child.stdout === null) throw new Error("It says nothing.");
  const [part] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  return { part, process: child };
}

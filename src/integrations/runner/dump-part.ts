import { writeDump } from "./write-dump.ts";

/** A part whose content can be written to a file. */
interface DumpablePart {
  /** Its name. */
  readonly database: string;
  /** What is in it. */
  dump(options: { readonly signal?: AbortSignal | undefined }): Promise<string>;
}

/** What is dumped, and for which test. */
interface PartDump {
  readonly test: string;
  readonly part: DumpablePart;
  /** Ends it early. */
  readonly signal?: AbortSignal | undefined;
}

/** Whether a part's content can be written to a file. */
export function canBeDumped(part: object): part is DumpablePart {
  return "dump" in part && typeof part.dump === "function" && "database" in part && typeof part.database === "string";
}

/** Writes what is in a part to a file of the project; says where, or why not. That it fails must not hide why the test did. */
export async function dumpInto(rootDirectory: string, { test, part, signal }: PartDump): Promise<string> {
  try {
    const { database } = part;
    const sql = await part.dump({ signal });
    return `What was in it is in ${await writeDump(rootDirectory, { test, database, sql })}`;
  } catch (error) {
    return `What was in it could not be written to a file: ${String(error).split("\n", 1)[0] ?? ""}`;
  }
}

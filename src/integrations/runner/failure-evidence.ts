/** How many lines a report has of a service's log. */
const LOG_LINES = 20;

/** What a test got of a service, for whoever reads that the test failed. */
export interface TakenPart {
  /** Name of the service. */
  readonly name: string;
  /** What the test got. */
  readonly value: unknown;
  /** The handle of the service, or of the test's own container. */
  readonly handle: unknown;
  /** Whether other tests use the service meanwhile. */
  readonly isShared: boolean;
  /** How long it is kept for somebody to look at, in milliseconds. */
  keptForMs: number;
  /** What became of its content, in words; empty where nothing did. */
  dumped: string;
  /** What was found out while it was there. */
  evidence?: string;
}

/** Where the part answered and what its service logged last. Never rejects. */
export async function evidenceOf(part: TakenPart): Promise<string> {
  const { name, value, handle, keptForMs, dumped, evidence } = part;
  if (evidence !== undefined) return evidence;
  const isOurs = !existsWithoutUs(handle);
  const url = urlOf(value);
  const remover = isOurs ? "`npx cleanroom down`" : "a run after that";
  const kept = `It stays there for ${Math.ceil(keptForMs / 60_000)} min; ${remover} removes it.`;
  const fate = [...(keptForMs > 0 ? [kept] : []), ...(dumped === "" ? [] : [dumped])];
  const shown = isOurs ? url : url?.replace(/:[^:@/]*@/, ":***@"); // That password was not made up for these tests.
  const address = shown === undefined ? [] : [`${name} was at ${shown}`, ...fate];
  return [...address, ...failureOf(part), await lastLogLines(part)].join("\n");
}

/** Whether a service is none of Cleanroom's, so that it has no container. */
function existsWithoutUs(handle: unknown): boolean {
  return isObject(handle) && "id" in handle && handle.id === "";
}

/** What has no port has no address. */
function urlOf(value: unknown): string | undefined {
  try {
    return isObject(value) && "url" in value && typeof value.url === "string" ? value.url : undefined;
  } catch {
    return undefined;
  }
}

/** What became of a service while it was used says more than what a client made of that. */
function failureOf({ name, handle }: TakenPart): readonly string[] {
  const error = isObject(handle) && "error" in handle ? handle.error : undefined;
  if (!isObject(error) || !("message" in error)) return [];
  return [`${name} had failed: ${String(error.message).split("\n", 1)[0] ?? ""}`];
}

interface HasLogs {
  logs(options: { readonly tailLines: number }): Promise<string>;
}

async function lastLogLines({ name, handle, isShared }: TakenPart): Promise<string> {
  if (!hasLogs(handle)) return `${name} has no log.`;
  try {
    const log = await handle.logs({ tailLines: LOG_LINES });
    // Marked, as vitest would take a line that begins with `at` for one of the test's own stack.
    const lines = log
      .trimEnd()
      .split("\n")
      .map((line) => `  | ${line}`);
    const whose = isShared ? ", which other tests may share" : "";
    return [`The last log lines of ${name}${whose}:`, ...lines].join("\n");
  } catch (error) {
    return `The log of ${name} could not be read: ${String(error).split("\n", 1)[0] ?? ""}`;
  }
}

function hasLogs(handle: unknown): handle is HasLogs {
  return isObject(handle) && "logs" in handle && typeof handle.logs === "function";
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

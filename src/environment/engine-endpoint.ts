import { access, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { assertEngineAnswers } from "../backend/engine-api/assert-engine-answers.ts";
import type { RequestedEngine } from "../backend/requested-engine.ts";
import { readEnvironmentVariables } from "../config/environment-variables.ts";
import { requestedEngine } from "../config/requested-engine.ts";
import type { Clock } from "../time/clock.ts";
import { connectEngine } from "./connect-engine.ts";

const DEFAULT_SOCKET = "/var/run/docker.sock";

/** What chose an engine that nobody asked for. */
const DEFAULTS = "the defaults";

/**
 * The engine that the user asked for, or the one in its usual place. Only where that is not plain to see is Testcontainers
 * asked, which takes a fifth of a second to load.
 *
 * @throws EngineUnavailableError when there is none.
 */
export async function findEngine(clock: Clock, signal?: AbortSignal): Promise<RequestedEngine> {
  const requested = (await requestedEngine(readEnvironmentVariables())) ?? (await usualEngine());
  if (requested !== undefined) {
    await assertEngineAnswers(requested, clock, signal);
    return requested;
  }
  await using backend = await connectEngine(undefined, clock, signal);
  return { endpoint: backend.engine.endpoint, origin: DEFAULTS };
}

/** The engine at the usual socket, unless Testcontainers has been told to look elsewhere. */
async function usualEngine(): Promise<RequestedEngine | undefined> {
  if ((await namesEngine(join(homedir(), ".testcontainers.properties"))) || !(await exists(DEFAULT_SOCKET)))
    return undefined;
  return { endpoint: `unix://${DEFAULT_SOCKET}`, origin: DEFAULTS };
}

/** Whether Testcontainers' own configuration says which engine to use; most that there are say other things. */
async function namesEngine(path: string): Promise<boolean> {
  const text = await readFile(path, "utf8").catch(() => "");
  return /^\s*(tc\.host|docker\.host)\s*[=:]/m.test(text);
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

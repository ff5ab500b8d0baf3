import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { RequestedEngine } from "../backend/requested-engine.ts";
import { ConfigurationError } from "../errors/configuration-error.ts";
import { messageOf } from "../errors/describe.ts";
import { EngineUnavailableError } from "../errors/engine-unavailable-error.ts";
import { parseJson } from "../spec/parse-json.ts";
import type { EnvironmentVariables } from "./environment-variables.ts";

/** The parts of a context's description that we need. */
interface ContextMetadata {
  readonly Endpoints?: { readonly docker?: { readonly Host?: string } };
}

/**
 * The engine the user asked for, in the order of the Docker CLI: `DOCKER_HOST`, `DOCKER_CONTEXT`, the context chosen with
 * `docker context use`. `undefined` when none was, so that the usual places are searched.
 *
 * Source: https://docs.docker.com/engine/manage-resources/contexts/
 *
 * @throws EngineUnavailableError when a context is named that does not exist; ConfigurationError when Docker's own
 * configuration is not JSON.
 */
export async function requestedEngine(variables: EnvironmentVariables): Promise<RequestedEngine | undefined> {
  const { dockerHost, dockerContext, dockerConfigDirectory } = variables;
  if (dockerHost !== undefined) return { endpoint: dockerHost, origin: "DOCKER_HOST" };

  const directory = dockerConfigDirectory ?? join(homedir(), ".docker");
  if (dockerContext !== undefined) return engineOfContext(dockerContext, directory, `DOCKER_CONTEXT=${dockerContext}`);
  const current = await currentContext(directory);
  return current === undefined ? undefined : engineOfContext(current, directory, `the Docker context ${current}`);
}

async function engineOfContext(name: string, directory: string, origin: string): Promise<RequestedEngine | undefined> {
  if (name === "default") return undefined;
  const id = createHash("sha256").update(name).digest("hex");
  const metadata = await readJson<ContextMetadata>(join(directory, "contexts", "meta", id, "meta.json"));
  const endpoint = metadata?.Endpoints?.docker?.Host;
  if (endpoint !== undefined) return { endpoint, origin };
  throw new EngineUnavailableError({ endpoint: `context ${name}`, origin, reason: `${directory} has no such context` });
}

async function currentContext(directory: string): Promise<string | undefined> {
  const config = await readJson<{ readonly currentContext?: string }>(join(directory, "config.json"));
  return config?.currentContext;
}

/** A file that is not there, or not ours to read, says nothing. */
async function readJson<T>(path: string): Promise<T | undefined> {
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return parseJson<T>(text);
  } catch (error) {
    throw new ConfigurationError({ origin: path, problems: [{ path: "", message: messageOf(error) }] }, error);
  }
}

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** The engine's usual address on Linux, and the one that clients take when nothing else is said. */
export const DEFAULT_SOCKET = "/var/run/docker.sock";

/**
 * @typedef {object} EndpointChoice
 * @property {readonly string[]} urls - Addresses to try, best first.
 * @property {string | undefined} chosenBy - What the user chose the address with; then no other one may be used.
 */

/**
 * Where the Docker engine may be. Like the Docker client: DOCKER_HOST, then the context, then the usual sockets.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {EndpointChoice}
 */
export function chooseEndpoint(env) {
  if (env.DOCKER_HOST) return { urls: [env.DOCKER_HOST], chosenBy: `DOCKER_HOST=${env.DOCKER_HOST}` };

  const directory = env.DOCKER_CONFIG ?? join(homedir(), ".docker");
  const context = env.DOCKER_CONTEXT || readJson(join(directory, "config.json"))?.currentContext;
  if (context && context !== "default") {
    const url = contextEndpoint(directory, context);
    return { urls: url === undefined ? [] : [url], chosenBy: `the Docker context "${context}"` };
  }
  return { urls: usualEndpoints(env), chosenBy: undefined };
}

/** @param {NodeJS.ProcessEnv} env */
function usualEndpoints(env) {
  if (process.platform === "win32") return ["npipe:////./pipe/docker_engine"];
  const sockets = [
    DEFAULT_SOCKET,
    ...(env.XDG_RUNTIME_DIR ? [join(env.XDG_RUNTIME_DIR, "docker.sock")] : []),
    join(homedir(), ".docker", "run", "docker.sock"),
    join(homedir(), ".docker", "desktop", "docker.sock"),
    join(homedir(), ".colima", "default", "docker.sock"),
  ];
  return sockets.map((path) => `unix://${path}`);
}

/**
 * @param {string} directory - The Docker client's configuration.
 * @param {string} context
 * @returns {string | undefined}
 */
function contextEndpoint(directory, context) {
  // The client names the directory of a context after the hash of its name.
  const folder = createHash("sha256").update(context).digest("hex");
  return readJson(join(directory, "contexts", "meta", folder, "meta.json"))?.Endpoints?.docker?.Host;
}

/** @param {string} path */
function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}

/** What Cleanroom reads of the environment; nothing else of it is looked at anywhere. */
export interface EnvironmentVariables {
  /** `CLEANROOM_IMAGE_SUBSTITUTIONS`, as it is written. */
  readonly imageSubstitutions?: string | undefined;
  /** `DOCKER_HOST`. */
  readonly dockerHost?: string | undefined;
  /** `DOCKER_CONTEXT`. */
  readonly dockerContext?: string | undefined;
  /** `DOCKER_CONFIG`. */
  readonly dockerConfigDirectory?: string | undefined;
}

/** Reads the environment as it is now. An empty variable counts as absent, as it does for Docker. */
export function readEnvironmentVariables(): EnvironmentVariables {
  const read = (name: string): string | undefined => (process.env[name] === "" ? undefined : process.env[name]);
  return {
    imageSubstitutions: read("CLEANROOM_IMAGE_SUBSTITUTIONS"),
    dockerHost: read("DOCKER_HOST"),
    dockerContext: read("DOCKER_CONTEXT"),
    dockerConfigDirectory: read("DOCKER_CONFIG"),
  };
}

let lastRun: Promise<unknown> = Promise.resolve();

/**
 * Sets `DOCKER_HOST` while `work` runs: Testcontainers reads it, has no parameter for it, and knows nothing of Docker's
 * contexts. One after the other, so that none takes another's value for the one to put back.
 */
export function withDockerHost<T>(endpoint: string | undefined, work: () => Promise<T>): Promise<T> {
  const run = lastRun.then(() => (endpoint === undefined ? work() : runWithDockerHost(endpoint, work)));
  lastRun = run.catch(() => undefined);
  return run;
}

async function runWithDockerHost<T>(endpoint: string, work: () => Promise<T>): Promise<T> {
  const before = process.env["DOCKER_HOST"];
  process.env["DOCKER_HOST"] = endpoint;
  try {
    return await work();
  } finally {
    if (before === undefined) delete process.env["DOCKER_HOST"];
    else process.env["DOCKER_HOST"] = before;
  }
}

/** What Cleanroom reads of the environment; nothing else of it is looked at anywhere, only passed on. */
export interface EnvironmentVariables {
  /** `DOCKER_HOST`. */
  readonly dockerHost?: string | undefined;
  /** `DOCKER_CONTEXT`. */
  readonly dockerContext?: string | undefined;
  /** `DOCKER_CONFIG`. */
  readonly dockerConfigDirectory?: string | undefined;
  /** `DOCKER_CERT_PATH`, when `DOCKER_TLS_VERIFY` asks for encryption. */
  readonly dockerCertificateDirectory?: string | undefined;
  /** `CLEANROOM_SESSION`: the session that processes started from here join. */
  readonly session?: string | undefined;
  /** `CLEANROOM_STATE_DIR`. */
  readonly stateDirectory?: string | undefined;
  /** `XDG_STATE_HOME`. */
  readonly xdgStateHome?: string | undefined;
  /** `LOCALAPPDATA`, which Windows sets. */
  readonly localAppData?: string | undefined;
}

/** Reads the environment as it is now. An empty variable counts as absent, as it does for Docker. */
export function readEnvironmentVariables(): EnvironmentVariables {
  const read = readVariable;
  return {
    dockerHost: read("DOCKER_HOST"),
    dockerContext: read("DOCKER_CONTEXT"),
    dockerConfigDirectory: read("DOCKER_CONFIG"),
    dockerCertificateDirectory: read("DOCKER_TLS_VERIFY") === undefined ? undefined : read("DOCKER_CERT_PATH"),
    session: read("CLEANROOM_SESSION"),
    stateDirectory: read("CLEANROOM_STATE_DIR"),
    xdgStateHome: read("XDG_STATE_HOME"),
    localAppData: read("LOCALAPPDATA"),
  };
}

/** What the variables begin with that say where a service answers which exists already. */
export const SERVICE_URL_PREFIX = "CLEANROOM_URL_";

/** Cleanroom's own variables that are no settings: those above, and what its processes tell each other. */
const OWN_VARIABLES = [
  "CLEANROOM_SESSION",
  "CLEANROOM_STATE_DIR",
  "CLEANROOM_REPLACED",
  "CLEANROOM_TEST_FILE",
  "CLEANROOM_JEST_SETUPS",
];

/** Names of the variables that are set and begin as Cleanroom's own do, except those that are no settings. */
export function settingVariables(): readonly string[] {
  return Object.keys(process.env).filter(
    (name) => name.startsWith("CLEANROOM_") && !name.startsWith(SERVICE_URL_PREFIX) && !OWN_VARIABLES.includes(name),
  );
}

/** A variable that the user's configuration names, or one for a service. An empty one counts as absent. */
export function readVariable(name: string): string | undefined {
  return process.env[name] === "" ? undefined : process.env[name];
}

/** What variables were before Cleanroom set them to a part's address, as JSON by name; `null` for one that was not there. */
const REPLACED = "CLEANROOM_REPLACED";

/**
 * Sets variables, and remembers in one more what was there, as long as they are set. The returned function, to be called once,
 * puts it back.
 *
 * @param env - Where; the environment of this process when absent.
 */
export function replaceVariables(
  variables: Readonly<Record<string, string>>,
  env: NodeJS.ProcessEnv = process.env,
): () => void {
  const before = Object.fromEntries(Object.keys(variables).map((name) => [name, env[name] ?? null]));
  const replaced = replacedIn(env);
  Object.assign(env, variables, { [REPLACED]: JSON.stringify({ ...before, ...replaced }) });
  return () => {
    const others = Object.entries(replacedIn(env)).filter(([name]) => !(name in before) || name in replaced);
    setOrDelete(env, REPLACED, others.length === 0 ? null : JSON.stringify(Object.fromEntries(others)));
    for (const [name, value] of Object.entries(before)) setOrDelete(env, name, value);
  };
}

/** A variable as it was before Cleanroom set it, in this process or in one that it was started by. An empty one counts as absent. */
export function readOriginalVariable(name: string): string | undefined {
  const replaced = replacedIn(process.env);
  return name in replaced ? replaced[name] || undefined : readVariable(name);
}

function replacedIn(env: NodeJS.ProcessEnv): Readonly<Record<string, string | null>> {
  const text = env[REPLACED];
  return text === undefined ? {} : (JSON.parse(text) as Record<string, string | null>); // It is ours alone to write.
}

function setOrDelete(env: NodeJS.ProcessEnv, name: string, value: string | null): void {
  if (value === null) Reflect.deleteProperty(env, name);
  else env[name] = value;
}

/** Names of the variables that are set and say where a service answers, whichever it is. */
export function serviceUrlVariables(): readonly string[] {
  return Object.keys(process.env).filter(
    (name) => name.startsWith(SERVICE_URL_PREFIX) && readVariable(name) !== undefined,
  );
}

/** All variables, for programs that the user has this process start. */
export function inheritedVariables(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** What a process needs to run at all, to find its user's files, and to say when something happened. */
const INHERITED_BY_COORDINATOR = ["PATH", "HOME", "USERPROFILE", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "TZ", "LANG"];

/** The variables that the coordinator's process gets: none that change how Node runs, and none that hold secrets. */
export function coordinatorEnvironment(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    INHERITED_BY_COORDINATOR.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

let reaperless = 0;
let reaperBefore: string | undefined;

/**
 * Sets `TESTCONTAINERS_RYUK_DISABLED` while `work` runs, so that what Testcontainers makes meanwhile gets no reaper, which
 * would end it with this process. Where several overlap, the last one to end puts it back.
 */
export async function withoutReaper<T>(work: () => Promise<T>): Promise<T> {
  if (reaperless++ === 0) reaperBefore = process.env["TESTCONTAINERS_RYUK_DISABLED"];
  process.env["TESTCONTAINERS_RYUK_DISABLED"] = "true";
  try {
    return await work();
  } finally {
    if (--reaperless === 0) {
      if (reaperBefore === undefined) delete process.env["TESTCONTAINERS_RYUK_DISABLED"];
      else process.env["TESTCONTAINERS_RYUK_DISABLED"] = reaperBefore;
    }
  }
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

import { findDaemon, launchDaemon, waitUntilItAnswers } from "../docker/daemon.mjs";
import { rememberDaemon } from "../docker/daemon-state.mjs";
import { chooseEndpoint, DEFAULT_SOCKET } from "../docker/endpoint.mjs";
import { Engine } from "../docker/engine.mjs";
import { canInstallPackages, findCommand, installPackages } from "../system/apt.mjs";
import { withProgress } from "../system/say.mjs";
import { SetupError } from "../system/setup-error.mjs";

/** Only `docker.io` is certain to be there; the others are what it merely recommends in some releases. */
const DOCKER_PACKAGES = ["docker.io", "iptables", "ca-certificates"];

/**
 * Finds a Docker engine; on Debian and Ubuntu, as root, installs and starts one where there is none.
 *
 * @type {import("../context.mjs").Step}
 */
export async function ensureDocker(context) {
  const { urls, chosenBy } = chooseEndpoint(context.env);
  const failures = [];
  for (const url of urls) {
    const engine = new Engine(url, context.env);
    const failure = await failureOfPing(engine);
    if (failure === undefined) return use(context, engine);
    failures.push(failure);
  }
  // Whoever names an engine means that one. Another would be a surprise, and perhaps somebody's.
  if (chosenBy !== undefined) {
    const reason = failures[0]?.message ?? "it has no address";
    throw new SetupError(`${chosenBy} was chosen, but no Docker engine answers there: ${reason}`);
  }
  if (failures.some((failure) => failure.code === "EACCES")) throw new SetupError(PERMISSION_ADVICE);
  await startOne(context);
}

/** @param {import("../context.mjs").Context} context */
async function startOne(context) {
  if (process.platform !== "linux" || process.getuid?.() !== 0) throw new SetupError(adviceFor(process.platform));
  const mustInstall = findCommand("dockerd") === undefined;
  if (mustInstall && !canInstallPackages()) throw new SetupError(adviceFor(process.platform));
  if (mustInstall) await installPackages(DOCKER_PACKAGES);

  const engine = new Engine(`unix://${DEFAULT_SOCKET}`);
  await withProgress("starting dockerd", async () => {
    // Installing the package may have started it, and then it is ours as well.
    const record = (await launchDaemon()) ?? (mustInstall ? findDaemon() : undefined);
    // Before it answers: a run that is interrupted now must not leave a daemon that nobody knows.
    if (record !== undefined) rememberDaemon(context.root, record);
    await waitUntilItAnswers(engine, record);
  });
  use(context, engine);
}

/**
 * @param {import("../context.mjs").Context} context
 * @param {Engine} engine
 */
function use(context, engine) {
  context.engine = engine;
  // The task's commands must not look for themselves and find another one.
  if (engine.url !== `unix://${DEFAULT_SOCKET}`) context.env.DOCKER_HOST = engine.url;
}

/**
 * @param {Engine} engine
 * @returns {Promise<NodeJS.ErrnoException | undefined>}
 */
async function failureOfPing(engine) {
  try {
    return (await engine.ping()) ? undefined : new Error(`${engine.url} answers, but not as a Docker engine`);
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error);
  }
}

const PERMISSION_ADVICE = `A Docker engine is there, but this user may not use it. Add yourself to its group, and log in again:
  sudo usermod -aG docker "$USER"`;

/** @param {NodeJS.Platform} platform */
function adviceFor(platform) {
  return `The integration tests need a Docker engine, and none answers.\n${INSTALL_ADVICE[platform] ?? INSTALL_ADVICE.linux}`;
}

/** @type {Record<string, string>} */
const INSTALL_ADVICE = {
  darwin: "Start Docker Desktop, OrbStack or Colima (`brew install colima docker && colima start`), and try again.",
  win32: "Start Docker Desktop, and try again.",
  linux: `On Debian or Ubuntu:
  sudo apt-get install docker.io && sudo systemctl start docker
  sudo usermod -aG docker "$USER"    # then log in again
Elsewhere install Docker with the system's package manager and start it, or let DOCKER_HOST name a running engine.
As root on Debian or Ubuntu this script does all of it by itself.`,
};

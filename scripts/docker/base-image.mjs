import { spawn } from "node:child_process";

import { canInstallPackages, findCommand, installPackages } from "../system/apt.mjs";
import { exitCodeOf, tailOf } from "../system/run.mjs";
import { say, withProgress } from "../system/say.mjs";
import { SetupError } from "../system/setup-error.mjs";
import { pullImage } from "./pull.mjs";

/** What the test images are built on. */
export const BASE_IMAGE = "debian:bookworm-slim";

/** How the official image is made slim, and that installing a service must not start it. */
const MMDEBSTRAP_ARGS = [
  "--variant=apt",
  ...["man", "doc", "info", "locale"].map((name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`),
  '--aptopt=Acquire::Languages "none"',
  `--customize-hook=printf '#!/bin/sh\\nexit 101\\n' > "$1/usr/sbin/policy-rc.d" && chmod +x "$1/usr/sbin/policy-rc.d"`,
  "bookworm",
];

/**
 * Gets the base image: the one that is there, else the registry's, else one made from Debian's packages.
 *
 * @param {import("./engine.mjs").Engine} engine
 */
export async function ensureBaseImage(engine) {
  if ((await engine.inspectImage(BASE_IMAGE)) !== undefined) return;
  try {
    await withProgress(`pulling ${BASE_IMAGE}`, () => pullImage(engine, BASE_IMAGE));
  } catch (error) {
    say(`  that did not work: ${error instanceof Error ? error.message.split("\n")[0] : String(error)}`);
    await makeBaseImage(engine);
  }
}

/** @param {import("./engine.mjs").Engine} engine */
async function makeBaseImage(engine) {
  if (!canInstallPackages()) {
    throw new SetupError(
      `The image ${BASE_IMAGE} is needed, and could not be pulled. Give the Docker engine a way to its registry\n` +
        `(a proxy or a mirror in its configuration), or load the image with \`docker load\`, and try again.`,
    );
  }
  if (findCommand("mmdebstrap") === undefined) await installPackages(["mmdebstrap", "debian-archive-keyring"]);
  await withProgress(`making ${BASE_IMAGE} from Debian packages`, () => importDebian(engine));
}

/** @param {import("./engine.mjs").Engine} engine */
async function importDebian(engine) {
  const child = spawn("mmdebstrap", MMDEBSTRAP_ARGS, { stdio: ["ignore", "pipe", "pipe"] });
  const errors = tailOf(child.stderr);
  const exited = exitCodeOf(child).then((exitCode) => {
    if (exitCode !== 0) throw new SetupError(`mmdebstrap failed (exit code ${exitCode}):\n${errors()}`);
  });
  const query = {
    fromSrc: "-",
    repo: BASE_IMAGE,
    message: "made by Cleanroom from Debian packages, because the registry's image could not be pulled",
    changes: 'CMD ["bash"]',
  };
  // Nothing is sent until mmdebstrap has installed everything, hence the patience.
  const call = { method: "POST", path: "/images/create", query, body: child.stdout, silenceMs: 600_000 };
  await Promise.all([engine.perform(call), exited]);
}

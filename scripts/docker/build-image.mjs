import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { contentHash } from "../system/content-hash.mjs";
import { withProgress } from "../system/say.mjs";
import { SetupError } from "../system/setup-error.mjs";
import { BASE_IMAGE } from "./base-image.mjs";
import { tarOf } from "./tar.mjs";

/** What an image was built from is written on it, so an unchanged one is recognised. */
const HASH_LABEL = "dev.cleanroom.image-hash";

/** A package download inside a build may be silent for long. */
const BUILD_SILENCE_MS = 600_000;

/**
 * @typedef {object} TestImage
 * @property {string} tag
 * @property {string} folder - Its Dockerfile and context, below test/images.
 * @property {string} [target] - The stage of the Dockerfile, when it is not the last.
 * @property {Readonly<Record<string, string>>} [buildArgs] - What its Dockerfile asks for with `ARG`.
 * @property {(directory: string) => Promise<unknown>} [fetch] - Puts into its context what the repository does not have; what
 *   that is depends on the build arguments alone.
 */

/**
 * Whether the engine has this image as its folder describes it now.
 *
 * @param {import("./engine.mjs").Engine} engine
 * @param {string} imagesDirectory
 * @param {TestImage} image
 */
export async function isUpToDate(engine, imagesDirectory, image) {
  const existing = await engine.inspectImage(image.tag);
  return existing?.Config.Labels?.[HASH_LABEL] === hashOf(imagesDirectory, image);
}

/**
 * Builds an image with the engine's own builder, which every version of the engine has.
 *
 * @param {import("./engine.mjs").Engine} engine
 * @param {string} imagesDirectory
 * @param {TestImage} image
 */
export async function buildImage(engine, imagesDirectory, image) {
  const query = {
    t: image.tag,
    target: image.target ?? "",
    buildargs: JSON.stringify(image.buildArgs ?? {}),
    labels: JSON.stringify({ [HASH_LABEL]: hashOf(imagesDirectory, image) }),
    rm: "1",
    forcerm: "1",
  };
  await withProgress(`building ${image.tag}`, async () => {
    const body = await contextOf(imagesDirectory, image);
    const call = { method: "POST", path: "/build", query, body, silenceMs: BUILD_SILENCE_MS };
    try {
      await engine.perform(call);
    } catch (error) {
      throw new SetupError(`building ${image.tag} failed: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
}

/**
 * @param {string} imagesDirectory
 * @param {TestImage} image
 */
async function contextOf(imagesDirectory, { folder, fetch }) {
  if (fetch === undefined) return tarOf(join(imagesDirectory, folder));
  const directory = mkdtempSync(join(tmpdir(), "cleanroom-image-"));
  try {
    cpSync(join(imagesDirectory, folder), directory, { recursive: true });
    await fetch(directory);
    return tarOf(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/**
 * @param {string} imagesDirectory
 * @param {TestImage} image
 */
function hashOf(imagesDirectory, { folder, target = "", buildArgs = {} }) {
  return contentHash(imagesDirectory, [folder], [BASE_IMAGE, target, ...Object.entries(buildArgs).flat()]);
}

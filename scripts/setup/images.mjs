import { availableParallelism } from "node:os";
import { join } from "node:path";

import { ensureBaseImage } from "../docker/base-image.mjs";
import { buildImage, isUpToDate } from "../docker/build-image.mjs";
import { postgresImages } from "./postgres-versions.mjs";

/**
 * The images that tests and benchmarks use, built from test/images. Images of one folder share its build stages and are
 * therefore built one after another; folders are independent.
 *
 * @type {readonly (readonly import("../docker/build-image.mjs").TestImage[])[]}
 */
const IMAGES_BY_FOLDER = [
  [{ tag: "cleanroom-test/postgres:15", folder: "postgres" }],
  [
    { tag: "cleanroom-test/service:1", folder: "service" },
    { tag: "cleanroom-test/scratch:1", folder: "service", target: "scratch-service" },
  ],
  [{ tag: "cleanroom-test/redis:7", folder: "redis" }],
  [{ tag: "cleanroom-test/mariadb:10.11", folder: "mariadb" }],
  [{ tag: "cleanroom-test/orders-app:1", folder: "orders-app" }],
  [{ tag: "cleanroom-test/registry:2", folder: "registry" }],
];

/** The folder of the application that an example tests. No registry has it: it stands for the user's own. */
const APPLICATION_FOLDER = "orders-app";

/**
 * Builds those of our images that are missing or whose folder changed.
 *
 * @param {import("../context.mjs").Context} context
 */
export function ensureImages(context) {
  return ensure(IMAGES_BY_FOLDER, context);
}

/**
 * Builds the images of other versions of PostgreSQL that are missing. They are built on ours.
 *
 * @param {import("../context.mjs").Context} context
 */
export function ensurePostgresImages(context) {
  return ensure([postgresImages()], context);
}

/**
 * Builds the image of the application that an example tests, where it is missing or its folder changed.
 *
 * @param {import("../context.mjs").Context} context
 */
export function ensureApplicationImage(context) {
  return ensure(
    IMAGES_BY_FOLDER.filter((images) => images.some(({ folder }) => folder === APPLICATION_FOLDER)),
    context,
  );
}

/**
 * @param {typeof IMAGES_BY_FOLDER} imagesByFolder
 * @param {import("../context.mjs").Context} context
 */
async function ensure(imagesByFolder, { root, engine }) {
  const directory = join(root, "test", "images");
  const outdated = await Promise.all(
    imagesByFolder.map(async (images) => {
      const current = await Promise.all(images.map((image) => isUpToDate(engine, directory, image)));
      return images.filter((_, index) => !current[index]);
    }),
  );
  const waiting = outdated.filter((images) => images.length > 0);
  if (waiting.length === 0) return;

  await ensureBaseImage(engine);
  const buildNext = async () => {
    for (let images = waiting.shift(); images !== undefined; images = waiting.shift()) {
      for (const image of images) await buildImage(engine, directory, image);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, buildNext));
}

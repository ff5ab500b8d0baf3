import { pullImage } from "../docker/pull.mjs";
import { say, withProgress } from "../system/say.mjs";
import { ensureApplicationImage, ensureImages } from "./images.mjs";

/** The library reads this variable: which image stands in for which. */
const VARIABLE = "CLEANROOM_IMAGE_SUBSTITUTIONS";

/**
 * What the variable says where our own images are used. One of them has Python, which is all that an example wants of the
 * image of that name.
 *
 * @public The tests of the documents read it.
 */
export const OUR_IMAGES = [
  "postgres:*=cleanroom-test/postgres:15",
  "redis:*=cleanroom-test/redis:7",
  "mariadb:*=cleanroom-test/mariadb:10.11",
  "python:*=cleanroom-test/orders-app:1",
].join(",");

/** The images from a registry that the examples name. */
const EXAMPLE_IMAGES = ["postgres:17-alpine", "redis:8-alpine", "mariadb:11.8", "python:3.13-alpine"];

/**
 * Our own images, whatever else the machine has: tests and benchmarks then mean the same everywhere.
 *
 * @param {import("../context.mjs").Context} context
 */
export async function useOurImages(context) {
  await ensureImages(context);
  context.env[VARIABLE] = OUR_IMAGES;
}

/**
 * The images that the examples name where they can be had, ours elsewhere. The application that one of them tests is built
 * in any case.
 *
 * @param {import("../context.mjs").Context} context
 */
export async function useExampleImages(context) {
  if (context.env[VARIABLE] || (await canHave(context.engine, EXAMPLE_IMAGES))) {
    await ensureApplicationImage(context);
    return;
  }
  await useOurImages(context);
  say(`• the examples run with images built here: ${VARIABLE}=${OUR_IMAGES}`);
}

/**
 * @param {import("../docker/engine.mjs").Engine} engine
 * @param {readonly string[]} references
 */
async function canHave(engine, references) {
  for (const reference of references) {
    if ((await engine.inspectImage(reference)) !== undefined) continue;
    try {
      await withProgress(`pulling ${reference}`, () => pullImage(engine, reference));
    } catch (error) {
      say(`  that did not work: ${error instanceof Error ? error.message.split("\n")[0] : String(error)}`);
      return false;
    }
  }
  return true;
}

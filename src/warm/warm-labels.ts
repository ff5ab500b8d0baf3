import { createHash } from "node:crypto";

/** Names the state directory that a warm image belongs to: what carries another one is somebody else's. */
export const WARM_OWNER_LABEL = "dev.cleanroom.warm.owner";
/** Names the coordinator that made a warm image. */
export const WARM_MAKER_LABEL = "dev.cleanroom.warm.maker";
/** Tells what a warm image is of. */
export const WARM_DIGEST_LABEL = "dev.cleanroom.warm.digest";
/** The engine's id of the image that it was made from. */
export const WARM_BASE_LABEL = "dev.cleanroom.warm.base";
/** What initialising the service told, as JSON. */
export const WARM_DETAILS_LABEL = "dev.cleanroom.warm.details";
/** How much data it holds, in bytes. */
export const WARM_SIZE_LABEL = "dev.cleanroom.warm.size";
/** Marks a container that a warm image is being made of. */
export const WARM_BUILDER_LABEL = "dev.cleanroom.warm.builder";

/** Changes whenever images made by other versions of this code must not be used. */
const FORMAT = 1;

const DIGEST_LENGTH = 32;

/** What the names of images that were built begin with. */
const BUILT = "cleanroom-build/";

/**
 * Identifies a warm image.
 *
 * @param owner - Identifies the state directory.
 * @param key - The service's key, which tells everything that can change how it behaves.
 */
export function warmDigest(owner: string, version: string, key: string): string {
  const content = JSON.stringify([FORMAT, owner, version, key]);
  return createHash("sha256").update(content).digest("hex").slice(0, DIGEST_LENGTH);
}

/** What a warm image is called. */
export function warmImageName(digest: string): string {
  return `cleanroom-warm:${digest}`;
}

/** What an image is called that was built for a service, by what the service asked for and by its content. */
export function builtImageName(repository: string, digest: string): string {
  return `${BUILT}${repository}:${digest}`;
}

/** Whether a name is one that Cleanroom gives; an image can have others besides, and what is made from it has its labels. */
export function isMadeName(name: string, digest: string): boolean {
  return name === warmImageName(digest) || (name.startsWith(BUILT) && name.endsWith(`:${digest}`));
}

/** What the container is called that a warm image is made of. */
export function warmBuilderName(digest: string): string {
  return `cleanroom-warm-${digest}`;
}

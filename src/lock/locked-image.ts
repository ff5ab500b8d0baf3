import type { ImageInspection } from "../backend/image-engine.ts";

/** What exactly an image's name stands for. */
export interface LockedImage {
  /** Digest of its manifest, by which every registry that has it knows it; absent for one that no registry has. */
  readonly digest?: string;
  /** The engine's id, for an image that no registry has: other machines have another one, or none. */
  readonly id?: string;
  /** What it was for where it was looked up, for example `linux/amd64`. */
  readonly platform: string;
}

/** A name that stands for something else than the lock says. */
export interface Drift {
  /** The image, as the configuration names it. */
  readonly image: string;
  /** What the lock says; absent when it does not name the image. */
  readonly locked?: LockedImage | undefined;
  /** What it stands for now; absent when nobody looked. */
  readonly found?: LockedImage | undefined;
}

/**
 * What an image in the engine is, which was asked for by this name. A digest that it has in another repository says nothing: by
 * this name nobody would find it.
 */
export function identityOf(
  image: string,
  { id, digests, platform }: Pick<ImageInspection, "id" | "digests" | "platform">,
): LockedImage {
  const own = digests.find((name) => repositoryOf(name) === repositoryOf(image));
  const digest = own?.slice(own.indexOf("@") + 1);
  return digest === undefined ? { id, platform } : { digest, platform };
}

/** Whether an image in the engine is the one that was locked, from whichever registry it came. */
export function isLocked({ digest, id }: LockedImage, inspection: Pick<ImageInspection, "id" | "digests">): boolean {
  if (digest === undefined) return inspection.id === id;
  return inspection.digests.some((name) => name.endsWith(`@${digest}`));
}

/** Whether both are the same image. The platform is only told: a digest may stand for several. */
export function isSameImage(one: LockedImage, other: LockedImage): boolean {
  return one.digest === other.digest && one.id === other.id;
}

/** Whether a name says by itself which image is meant. */
export function isExact(image: string): boolean {
  return image.includes("@") || image.startsWith("sha256:");
}

/** The name by which exactly the locked image is asked for, wherever it comes from. */
export function exactName(image: string, { digest, id }: LockedImage): string {
  if (isExact(image)) return image;
  return digest === undefined ? (id ?? image) : `${image}@${digest}`;
}

/** One line about an image that has drifted. */
export function describeDrift({ locked, found }: Omit<Drift, "image">): string {
  const now = found === undefined ? "" : `; it is ${describeImage(found)}`;
  if (locked === undefined) return `is not locked${now}`;
  return found === undefined
    ? `was locked as ${describeImage(locked)}`
    : `was locked as ${describeImage(locked)}, but is ${describeImage(found)}`;
}

/** An image in words: by its digest, or by what the engine calls it. */
export function describeImage({ digest, id }: LockedImage): string {
  return digest ?? `${id ?? "nothing"} (in this engine only)`;
}

/** As engines shorten it: `docker.io/library/postgres:17` is `postgres`. A colon before a slash is that of a port. */
function repositoryOf(image: string): string {
  const [name = ""] = image.split("@");
  return name
    .replace(/:[^:/]*$/, "")
    .replace(/^(index\.)?docker\.io\//, "")
    .replace(/^library\//, "");
}

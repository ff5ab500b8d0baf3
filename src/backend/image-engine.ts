import type { Readable } from "node:stream";

/** What the engine knows about an image. */
export interface ImageInspection {
  /** The engine's full id, which tells its content. */
  readonly id: string;
  /** Its labels. */
  readonly labels: Readonly<Record<string, string>>;
  /** Its names. */
  readonly tags: readonly string[];
  /** Its names by digest, for example `postgres@sha256:…`; none where no registry has it. */
  readonly digests: readonly string[];
  /** What it is for, for example `linux/amd64`. */
  readonly platform: string;
  /** When it was made, in milliseconds since the epoch. */
  readonly createdAtMs: number;
  /** What containers are made with unless their description says otherwise, as the Engine API has it. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** An image among others that carry the same label. */
export type ListedImage = Omit<ImageInspection, "config" | "digests" | "platform">;

/** A container that an image is made from. */
export interface BuilderRequest {
  /** Its name; the engine refuses a second one, so that it is a lock as well. */
  readonly name: string;
  /** The image, by name or id. */
  readonly image: string;
  /** The user it runs as, `uid:gid`. */
  readonly user: string;
  /** The command, in place of the image's entrypoint and command. */
  readonly command: readonly string[];
  /** Its labels. */
  readonly labels: Readonly<Record<string, string>>;
}

/** How the image of a builder differs from what it was made from. */
export interface CommitRequest {
  /** The builder. */
  readonly containerId: string;
  /** What containers are made with, as the Engine API has it. */
  readonly config: Readonly<Record<string, unknown>>;
}

/**
 * As much of an engine as is needed to make images from containers. Every call rejects with `EngineRequestError` when the
 * engine refuses.
 */
export interface ImageEngine extends AsyncDisposable {
  /** An image, by name or id; `undefined` when there is none. */
  inspectImage(image: string, signal?: AbortSignal): Promise<ImageInspection | undefined>;
  /** The images that carry a label, given as `name` or `name=value`; those without a name included. */
  listImages(label: string, signal?: AbortSignal): Promise<readonly ListedImage[]>;
  /** How much data an image adds to the one it was built from, in bytes; 0 when there is no such image any more. */
  addedBytes(image: string, signal?: AbortSignal): Promise<number>;
  /** Gives an image one more name, given as `repository:tag`. */
  tagImage(id: string, name: string, signal?: AbortSignal): Promise<void>;
  /** Removes an image, by name or id. Tells whether it is gone: one that a container was made from stays. */
  removeImage(image: string, signal?: AbortSignal): Promise<boolean>;
  /** Makes a container without a network, and returns its id. The caller owns it. */
  createBuilder(request: BuilderRequest, signal?: AbortSignal): Promise<string>;
  /**
   * Runs a builder to its end.
   *
   * @throws EngineRequestError when it ends with another code than 0, with what it wrote to standard error.
   */
  runBuilder(id: string, signal: AbortSignal): Promise<void>;
  /** Unpacks a tar archive at the root of a container that does not run. */
  unpack(id: string, archive: Readable, signal: AbortSignal): Promise<void>;
  /**
   * Runs a command in a container as root and hands what it writes to standard output to `read`.
   *
   * @throws EngineRequestError when it ends with another code than 0, with what it wrote to standard error.
   */
  pipeFrom<T>(
    id: string,
    command: readonly string[],
    read: (output: Readable) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T>;
  /** Makes an image, without a name, of a builder that has ended. Returns its id. */
  commit(request: CommitRequest, signal: AbortSignal): Promise<string>;
}

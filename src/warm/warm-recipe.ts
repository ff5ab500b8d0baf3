/** How the state of a container that has been initialised becomes an image; plain data. */
export interface WarmRecipe {
  /** Identifies what the image is of: equal digests mean that one replaces initialising the other. */
  readonly digest: string;
  /** Name of the service, for messages. */
  readonly service: string;
  /** The engine's full id of the container. */
  readonly containerId: string;
  /** The image it was made from, by the engine's id of it. */
  readonly baseImageId: string;
  /** Where its data is, which is missing when a container is made. */
  readonly dataDirectory: string;
  /** What its initialisation told, for whoever starts from the image. */
  readonly details: Readonly<Record<string, string>>;
  /** A shell script that prints `uid:gid` of the data's owner to standard output. */
  readonly ownerScript: string;
  /** A shell script, run in the container, that writes a tar archive of `WARM_ROOT` to standard output. */
  readonly packScript: string;
  /** A shell script, run in the builder as the owner, that makes `WARM_ROOT/data.tar` of it: what the data directory holds. */
  readonly finishScript: string;
}

/** The directory, at the root of an archive and of a warm image, that the data is in. */
export const WARM_ROOT = "cleanroom-warm";

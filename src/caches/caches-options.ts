import type { ChosenPolicy } from "./cache-terms.ts";

/** How containers, images, networks and volumes are kept for whoever needs them next. What is in use never goes. */
export interface CachesOptions {
  /** Containers that are kept though nobody uses them: those of services with `keepAliveMs`. `capacity` says how many. */
  readonly containers?: ContainerCacheOptions;
  /** What is known of images, and those that Cleanroom made. */
  readonly images?: ImageCacheOptions;
  /** Networks that nobody is on, which are kept as long as a session lasts that used them. */
  readonly networks?: ObjectCacheOptions;
  /** Volumes of mounts of the type `cache`. */
  readonly volumes?: ObjectCacheOptions;
}

/** How containers are kept. */
export interface ContainerCacheOptions {
  /**
   * Which container goes first when there is no room. A policy of one's own needs `coordination: "in-process"`. The environment
   * variable `CLEANROOM_CONTAINER_POLICY` wins over it.
   * @default "lru"
   */
  readonly policy?: ChosenPolicy;
  /**
   * How long a container is handed out after it became ready, in milliseconds; whoever asks later gets a new one, unless somebody
   * still uses it. The environment variable `CLEANROOM_MAX_REUSE_MS` wins over it.
   * @default for ever
   */
  readonly maxReuseMs?: number;
}

/** How images are kept. */
export interface ImageCacheOptions {
  /**
   * Which image goes first, of those that Cleanroom made, when they hold too much. The environment variable
   * `CLEANROOM_IMAGE_POLICY` wins over it.
   * @default "ttl"
   */
  readonly policy?: ChosenPolicy;
  /**
   * How long it is believed that an image is there, and which it is, before the engine is asked again, in milliseconds. The
   * environment variable `CLEANROOM_IMAGE_TTL_MS` wins over it.
   * @default 10_000
   */
  readonly ttlMs?: number;
  /**
   * How much data the images that Cleanroom made may hold, in bytes. The environment variable `CLEANROOM_MAX_IMAGE_BYTES` wins over
   * it.
   * @default 2_000_000_000
   */
  readonly maxBytes?: number;
}

/** How networks, or volumes, are kept. */
export interface ObjectCacheOptions {
  /**
   * Which one goes first when there are too many. The environment variables `CLEANROOM_NETWORK_POLICY` and
   * `CLEANROOM_VOLUME_POLICY` win over it.
   * @default "lfu" for networks, "mru" for volumes
   */
  readonly policy?: ChosenPolicy;
  /**
   * How many there may be, those in use included, which may be more. The environment variables `CLEANROOM_MAX_NETWORKS` and
   * `CLEANROOM_MAX_VOLUMES` win over it.
   * @default 8 networks, 16 volumes
   */
  readonly maxEntries?: number;
}

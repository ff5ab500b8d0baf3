import type { ChosenPolicy } from "../caches/cache-terms.ts";
import { containerPolicy, defaultTerms } from "../caches/cache-terms.ts";
import type { CachesOptions } from "../caches/caches-options.ts";
import type { SettingDefinition } from "./settings.ts";
import { aCount, oneOf } from "./setting-values.ts";

/** How the caches keep what they keep. */
export interface CacheSettings {
  /** Which container goes first. */
  readonly containerPolicy: ChosenPolicy;
  /** How long a container is handed out after it became ready, in milliseconds; for ever when absent. */
  readonly maxReuseMs: number | undefined;
  /** Which image goes first, of those that Cleanroom made. */
  readonly imagePolicy: ChosenPolicy;
  /** How long it is believed that an image is there, in milliseconds. */
  readonly imageTtlMs: number;
  /** How much data the images that Cleanroom made may hold, in bytes. */
  readonly maxImageBytes: number;
  /** Which network goes first. */
  readonly networkPolicy: ChosenPolicy;
  /** Most networks. */
  readonly maxNetworks: number;
  /** Which volume goes first. */
  readonly volumePolicy: ChosenPolicy;
  /** Most cache volumes. */
  readonly maxVolumes: number;
}

const { images, networks, volumes } = defaultTerms;

/** The settings of the caches. */
export const cacheSettings: { readonly [Name in keyof CacheSettings]: SettingDefinition<CacheSettings[Name]> } = {
  containerPolicy: aPolicy("CLEANROOM_CONTAINER_POLICY", "containers", containerPolicy),
  maxReuseMs: {
    variable: "CLEANROOM_MAX_REUSE_MS",
    path: "caches.containers.maxReuseMs",
    parse: aCount(1),
    ofConfig: ({ caches }) => caches?.containers?.maxReuseMs,
    byDefault: undefined,
  },
  imagePolicy: aPolicy("CLEANROOM_IMAGE_POLICY", "images", images.policy),
  imageTtlMs: {
    variable: "CLEANROOM_IMAGE_TTL_MS",
    path: "caches.images.ttlMs",
    parse: aCount(0),
    ofConfig: ({ caches }) => caches?.images?.ttlMs,
    byDefault: images.ttlMs,
  },
  maxImageBytes: {
    variable: "CLEANROOM_MAX_IMAGE_BYTES",
    path: "caches.images.maxBytes",
    parse: aCount(0),
    ofConfig: ({ caches }) => caches?.images?.maxBytes,
    byDefault: images.maxBytes,
  },
  networkPolicy: aPolicy("CLEANROOM_NETWORK_POLICY", "networks", networks.policy),
  maxNetworks: {
    variable: "CLEANROOM_MAX_NETWORKS",
    path: "caches.networks.maxEntries",
    parse: aCount(0),
    ofConfig: ({ caches }) => caches?.networks?.maxEntries,
    byDefault: networks.maxEntries,
  },
  volumePolicy: aPolicy("CLEANROOM_VOLUME_POLICY", "volumes", volumes.policy),
  maxVolumes: {
    variable: "CLEANROOM_MAX_VOLUMES",
    path: "caches.volumes.maxEntries",
    parse: aCount(0),
    ofConfig: ({ caches }) => caches?.volumes?.maxEntries,
    byDefault: volumes.maxEntries,
  },
};

function aPolicy(
  variable: string,
  layer: keyof CachesOptions,
  byDefault: ChosenPolicy,
): SettingDefinition<ChosenPolicy> {
  return {
    variable,
    path: `caches.${layer}.policy`,
    parse: oneOf("lru", "mru", "lfu", "ttl"),
    ofConfig: ({ caches }) => caches?.[layer]?.policy,
    byDefault,
  };
}

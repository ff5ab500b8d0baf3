import type { CachesTerms } from "../caches/cache-terms.ts";
import type { Settings } from "../config/settings.ts";
import type { ServiceRequest } from "../coordinator/coordination.ts";

/** How many containers there may be, which goes first, and how much the other caches keep, as the coordinator is told. */
export function keepingTerms(settings: Settings): Required<Pick<ServiceRequest, "capacity" | "caches">> {
  const { maxContainers, maxIdleContainers, whenFull, containerPolicy, maxReuseMs } = settings;
  return {
    capacity: { maxContainers, maxIdleContainers, whenFull, policy: containerPolicy, maxReuseMs },
    caches: cachesTermsOf(settings),
  };
}

function cachesTermsOf({
  imagePolicy,
  imageTtlMs,
  maxImageBytes,
  networkPolicy,
  maxNetworks,
  volumePolicy,
  maxVolumes,
}: Settings): CachesTerms {
  return {
    images: { policy: imagePolicy, ttlMs: imageTtlMs, maxBytes: maxImageBytes },
    networks: { policy: networkPolicy, maxEntries: maxNetworks },
    volumes: { policy: volumePolicy, maxEntries: maxVolumes },
  };
}

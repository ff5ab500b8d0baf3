import type { EngineCaretaker } from "../backend/engine-caretaker.ts";
import type { WarmImages } from "../warm/warm-images.ts";
import type { CacheVolumes } from "./cache-volumes.ts";
import type { ContainerCache } from "./container-cache.ts";
import type { Parts } from "./parts/parts.ts";
import type { SharedNetworks } from "./shared-networks.ts";
import type { ServiceBook } from "./service-book.ts";
import type { SharedService } from "./shared-service.ts";
import type { Clock } from "../time/clock.ts";
import type { ServiceEvent } from "./coordination.ts";

/** What retiring services needs. */
export interface RetirementOptions {
  /** Every shared service. */
  readonly book: ServiceBook;
  /** The same as a cache. */
  readonly containers: ContainerCache;
  /** Their parts. */
  readonly parts: Parts;
  /** The networks they are on. */
  readonly networks: SharedNetworks;
  /** The cache volumes they mount. */
  readonly volumes: CacheVolumes;
  /** The engine. */
  readonly caretaker: EngineCaretaker;
  /** Where time comes from. */
  readonly clock: Clock;
  /** Tells whoever uses, or just used, a service what happens to it. */
  readonly notify: (sessionIds: readonly string[], event: ServiceEvent) => void;
  /** Makes images of services that must not be paused or removed meanwhile. */
  readonly warmImages?: Pick<WarmImages, "packed"> | undefined;
  /** Resolves when a service is not being restarted. */
  readonly restarted: (service: SharedService) => Promise<void>;
  /** Called for a service that goes from now on. */
  readonly onEnding?: ((service: SharedService) => void) | undefined;
  /** Told what went wrong behind everybody's back. */
  readonly log: (line: string) => void;
  /** How long to wait before a removal that failed is tried again, in milliseconds; never when absent. */
  readonly retryMs?: number | undefined;
}

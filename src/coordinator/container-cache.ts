import type { CacheStats, EvictionReason } from "../caches/cache-stats.ts";
import { CacheCounters } from "../caches/cache-stats.ts";
import { containerPolicy } from "../caches/cache-terms.ts";
import { inEvictionOrder, policyOf } from "../caches/eviction-policy.ts";
import type { Clock } from "../time/clock.ts";
import type { ServiceRequest } from "./coordination.ts";
import type { ServiceBook } from "./service-book.ts";
import type { SharedService } from "./shared-service.ts";

/** The services as a cache of containers: which of them goes first, how long one is used, and what becomes of all. */
export class ContainerCache {
  readonly #book: ServiceBook;
  readonly #clock: Pick<Clock, "now">;
  readonly #counters = new CacheCounters();
  /** How often members had at hand what they asked for, which nobody else sees. */
  readonly #hitsAtHand = new Map<string, number>();

  constructor(book: ServiceBook, clock: Pick<Clock, "now">) {
    this.#book = book;
    this.#clock = clock;
  }

  /** The services of a group that are kept though nobody uses them, in the order in which they make room. */
  idleIn({ group, capacity }: Pick<ServiceRequest, "group" | "capacity">): readonly SharedService[] {
    const policy = policyOf(capacity?.policy ?? containerPolicy);
    return inEvictionOrder(this.#book.idleIn(group), ({ use }) => use, policy);
  }

  /** When a service has been used for as long as it may, in milliseconds since the epoch. */
  usedUpAtMs({ readyAtMs }: SharedService, { capacity }: Pick<ServiceRequest, "capacity">): number {
    return readyAtMs + (capacity?.maxReuseMs ?? Number.POSITIVE_INFINITY);
  }

  /** Whether whoever asks gets another one in place of a service: nobody uses it, and it is too old for that. */
  isUsedUp(service: SharedService, request: Pick<ServiceRequest, "capacity">): boolean {
    return service.isUnused && this.#clock.now() >= this.usedUpAtMs(service, request);
  }

  /** Notes that somebody got what there was. */
  hit(): void {
    this.#counters.hit();
  }

  /** Notes that there was nothing for somebody, who creates it. */
  miss(): void {
    this.#counters.miss();
  }

  /** Notes how often a member has had at hand what it asked for, in all. */
  hitAtHand(memberId: string, times: number): void {
    this.#counters.hit(Math.max(0, times - (this.#hitsAtHand.get(memberId) ?? 0)));
    this.#hitsAtHand.set(memberId, times);
  }

  /** Notes that a container is there no more, or as another service. */
  evicted(reason: EvictionReason): void {
    this.#counters.evicted(reason);
  }

  /** What became of all containers. */
  stats(): CacheStats {
    return this.#counters.stats(this.#book.all.filter(({ hasContainer }) => hasContainer).length);
  }
}

import type { ImageEngine, ListedImage } from "../backend/image-engine.ts";
import type { CacheStats, EvictionReason } from "../caches/cache-stats.ts";
import type { ImageCacheTerms } from "../caches/cache-terms.ts";
import { defaultTerms } from "../caches/cache-terms.ts";
import { evictionPolicies, policyOf } from "../caches/eviction-policy.ts";
import type { CacheLimits } from "../caches/leased-cache.ts";
import { LeasedCache } from "../caches/leased-cache.ts";
import { SingleFlight } from "../concurrency/single-flight.ts";
import type { Clock } from "../time/clock.ts";
import type { WarmLimits } from "./tidy-warm-images.ts";
import { warmLimits } from "./tidy-warm-images.ts";

/** What is remembered of an image: that it is there, and which it is. */
export type KnownImage = Pick<ListedImage, "id" | "labels" | "tags">;

/** How many images are remembered. */
const MAX_KNOWN = 200;

/**
 * Which images there are, so that the engine is asked once and not by each process that starts. That one is not there is never
 * remembered: it may just be fetched.
 */
export class ImageMemo {
  readonly #images: Pick<ImageEngine, "inspectImage">;
  readonly #known: LeasedCache<KnownImage>;
  readonly #questions = new SingleFlight<KnownImage | undefined>();
  /** Absent until somebody has said them. */
  #terms: ImageCacheTerms | undefined;
  #onChange: () => void = () => undefined;

  constructor(images: Pick<ImageEngine, "inspectImage">, clock: Pick<Clock, "now">) {
    this.#images = images;
    this.#known = new LeasedCache({ limits: memoLimits(defaultTerms.images), clock });
  }

  /** An image, by name or id; `undefined` when there is none. */
  async inspect(image: string, signal?: AbortSignal): Promise<KnownImage | undefined> {
    return this.#known.get(image) ?? this.#questions.run(image, (asking) => this.#ask(image, asking), signal);
  }

  /** Forgets an image, which may be another one now. */
  forget(image: string, reason: EvictionReason = "replaced"): void {
    this.#known.delete(image, reason);
  }

  /** Remembers for so long from now on, and keeps so much. */
  limit(terms: ImageCacheTerms): void {
    const { maxBytes, policy } = this.#terms ?? {};
    this.#terms = terms;
    this.#known.limit(memoLimits(terms));
    if (terms.maxBytes !== maxBytes || terms.policy !== policy) this.#onChange();
  }

  /** Has somebody told whenever it is said that another amount is kept of the images that Cleanroom made. */
  onChange(listener: () => void): void {
    this.#onChange = listener;
  }

  /** How much is kept of the images that Cleanroom made: until somebody has said it, all that is not too old. */
  get madeLimits(): WarmLimits {
    const { policy } = this.#terms ?? defaultTerms.images;
    const maxTotalBytes = this.#terms?.maxBytes ?? Number.POSITIVE_INFINITY;
    return { ...warmLimits, maxTotalBytes, policy: policyOf(policy) };
  }

  /** What became of what is remembered. */
  stats(): CacheStats {
    return this.#known.stats();
  }

  async #ask(image: string, signal: AbortSignal): Promise<KnownImage | undefined> {
    const found = await this.#images.inspectImage(image, signal);
    if (found === undefined) return undefined;
    const { id, labels, tags } = found;
    const known: KnownImage = { id, labels, tags };
    this.#known.set(image, known);
    return known;
  }
}

/** What is remembered costs nothing, so that only its age counts. */
function memoLimits({ ttlMs }: ImageCacheTerms): CacheLimits {
  return { policy: evictionPolicies.ttl, maxEntries: MAX_KNOWN, ttlMs };
}

import type { EvictionReason } from "../caches/cache-stats.ts";
import type { ImageEngine, ListedImage } from "../backend/image-engine.ts";
import { messageOf } from "../errors/describe.ts";
import { TimeoutError } from "../errors/timeout-error.ts";
import type { Clock } from "../time/clock.ts";
import { Deadline } from "../time/deadline.ts";
import type { ImageMemo } from "./image-memo.ts";
import type { LastUse } from "./last-use.ts";
import { makeWarmImage } from "./make-warm-image.ts";
import type { WarmLimits } from "./tidy-warm-images.ts";
import { tidyWarmImages } from "./tidy-warm-images.ts";
import { WARM_BUILDER_LABEL } from "./warm-labels.ts";
import type { WarmRecipe } from "./warm-recipe.ts";

/** What keeping warm images needs. */
export interface WarmImagesOptions {
  /** The engine. Whoever made it owns it. */
  readonly images: ImageEngine;
  /** Identifies the state directory. */
  readonly owner: string;
  /** Labels of the container that an image of a service is made of. */
  readonly labelsFor: (serviceId: string) => Readonly<Record<string, string>>;
  /** Identifies the coordinator. */
  readonly maker: string;
  /** When images were last used. */
  readonly lastUse: LastUse;
  /** Where time comes from. */
  readonly clock: Clock;
  /** Removes a container. */
  readonly remove: (idOrName: string) => Promise<void>;
  /** Told what was made and removed, and what went wrong. */
  readonly log: (line: string) => void;
  /** Knows which images there are, and how much of them is kept. */
  readonly memo: ImageMemo;
  /** Called whenever one has been made, or not. */
  readonly onChange: () => void;
}

/** Longest time that making one may take, in milliseconds. */
const MAKING_TIMEOUT_MS = 120_000;

/** How long a container is kept from being paused or removed for it, in milliseconds. */
const PACKING_PATIENCE_MS = 10_000;

/** One that is being made. */
interface Making {
  readonly digest: string;
  /** Resolves once nothing more is needed of the container. */
  readonly packed: PromiseWithResolvers<void>;
}

/** Makes warm images behind everybody's back, and removes those that are kept too long or are too many. */
export class WarmImages {
  readonly #options: WarmImagesOptions;
  readonly #makings = new Map<string, Making>();
  /** How many times it is being tidied right now. */
  #tidying = 0;

  constructor(options: WarmImagesOptions) {
    this.#options = options;
    options.memo.onChange(() => void this.#tidyInBackground());
  }

  /** Whether one is being made, or removed as less is kept than before. */
  get isBusy(): boolean {
    return this.#makings.size > 0 || this.#tidying > 0;
  }

  /** Whether a container is one that an image is being made of right now. */
  isBuilding(labels: Readonly<Record<string, string>>): boolean {
    return [...this.#makings.values()].some(({ digest }) => labels[WARM_BUILDER_LABEL] === digest);
  }

  /** Begins to make one; what goes wrong is told to the log. */
  begin(serviceId: string, recipe: WarmRecipe): void {
    if (this.isBuilding({ [WARM_BUILDER_LABEL]: recipe.digest })) return;
    const making: Making = { digest: recipe.digest, packed: Promise.withResolvers() };
    this.#makings.set(serviceId, making);
    const patience = this.#options.clock.startTimer(making.packed.resolve, PACKING_PATIENCE_MS);
    void this.#make(recipe, making, this.#options.labelsFor(serviceId)).finally(() => {
      patience.cancel();
      making.packed.resolve();
      this.#makings.delete(serviceId);
      this.#options.onChange();
    });
  }

  /** Resolves when no image needs a service's container any more. */
  async packed(serviceId: string): Promise<void> {
    await this.#makings.get(serviceId)?.packed.promise;
  }

  /** Removes what is not to be kept any longer. Returns what was removed. */
  async tidy(limits: WarmLimits = this.#options.memo.madeLimits): Promise<readonly string[]> {
    const { clock, memo } = this.#options;
    const onRemoved = ({ tags }: ListedImage, reason: EvictionReason): void => {
      for (const tag of tags) memo.forget(tag, reason);
    };
    const removed = await tidyWarmImages(limits, clock.now(), { ...this.#options, onRemoved });
    for (const what of removed) this.#options.log(`Removed the ${what}.`);
    return removed;
  }

  async #tidyInBackground(): Promise<void> {
    const { log, onChange } = this.#options;
    this.#tidying += 1;
    try {
      await this.tidy();
    } catch (error) {
      log(`Images could not be looked at: ${messageOf(error)}`);
    } finally {
      this.#tidying -= 1;
      onChange();
    }
  }

  async #make(recipe: WarmRecipe, { packed }: Making, labels: Readonly<Record<string, string>>): Promise<void> {
    const { images, owner, maker, remove, clock, log, memo } = this.#options;
    const { digest, service } = recipe;
    const operation = `make a warm image of ${service}`;
    const timeoutMs = MAKING_TIMEOUT_MS;
    const onExpire = (elapsedMs: number): Error => new TimeoutError({ operation, timeoutMs, elapsedMs });
    using deadline = new Deadline({ clock, timeoutMs, onExpire });
    const builderLabels = { ...labels, [WARM_BUILDER_LABEL]: digest };
    const maxBytes = memo.madeLimits.maxTotalBytes / 2;
    const onPacked = packed.resolve;
    try {
      const making = { images, owner, maker, builderLabels, remove, maxBytes, onPacked };
      const name = await makeWarmImage(recipe, making, deadline.signal);
      if (name === undefined) return;
      memo.forget(name);
      log(`Made the warm image ${name} of ${service}.`);
      await this.tidy();
    } catch (error) {
      log(`No warm image was made of ${service}: ${messageOf(error)}`);
    }
  }
}

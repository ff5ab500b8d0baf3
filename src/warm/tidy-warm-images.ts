import type { ImageEngine, ListedImage } from "../backend/image-engine.ts";
import type { LastUse } from "./last-use.ts";
import { WARM_DIGEST_LABEL, WARM_MAKER_LABEL, WARM_OWNER_LABEL, WARM_SIZE_LABEL } from "./warm-labels.ts";

/** How much of warm images is kept. */
export interface WarmLimits {
  /** How long one is kept that nobody uses, in milliseconds. */
  readonly maxIdleMs: number;
  /** How much data all of them may hold, in bytes. */
  readonly maxTotalBytes: number;
}

/** Fourteen days, and two gigabytes. */
export const warmLimits: WarmLimits = { maxIdleMs: 14 * 24 * 60 * 60_000, maxTotalBytes: 2_000_000_000 };

/** Keeps none. */
export const everyWarmImage: WarmLimits = { maxIdleMs: Number.NEGATIVE_INFINITY, maxTotalBytes: 0 };

/** What tidying needs. */
export interface WarmTidying {
  /** The engine. */
  readonly images: ImageEngine;
  /** Identifies the state directory; images of others are not looked at. */
  readonly owner: string;
  /** Identifies who tidies: what it left half made goes. */
  readonly maker: string;
  /** When images were last used. */
  readonly lastUse: LastUse;
}

interface Candidate {
  readonly image: ListedImage;
  readonly usedAtMs: number;
  readonly sizeBytes: number;
}

/** How long another coordinator may take to give an image its name, in milliseconds. */
const NAMING_MS = 60 * 60_000;

/**
 * Removes warm images that were not used for long, and of the others those unused the longest until the rest fits. What a
 * container was made from stays. Returns what was removed.
 */
export async function tidyWarmImages(
  limits: WarmLimits,
  nowMs: number,
  tidying: WarmTidying,
): Promise<readonly string[]> {
  const { images, owner, maker, lastUse } = tidying;
  const all = await images.listImages(`${WARM_OWNER_LABEL}=${owner}`);
  const nameless = all.filter(({ tags }) => tags.length === 0);
  const abandoned = nameless.filter(
    ({ labels, createdAtMs }) => labels[WARM_MAKER_LABEL] === maker || createdAtMs < nowMs - NAMING_MS,
  );
  const named = all.filter(({ tags }) => tags.length > 0);
  const candidates = await Promise.all(named.map((image) => candidateOf(image, lastUse)));
  const removed = await removeImages([...abandoned, ...surplus(candidates, limits, nowMs)], images);
  const kept = named.filter((image) => !removed.includes(image));
  await lastUse.keepOnly(kept.map(digestOf));
  return removed.map(describe);
}

async function candidateOf(image: ListedImage, lastUse: LastUse): Promise<Candidate> {
  const usedAtMs = (await lastUse.of(digestOf(image))) ?? image.createdAtMs;
  return { image, usedAtMs, sizeBytes: sizeOf(image) };
}

/** Counted from the one that was used last. */
function surplus(candidates: readonly Candidate[], limits: WarmLimits, nowMs: number): readonly ListedImage[] {
  let totalBytes = 0;
  const goes = ({ usedAtMs, sizeBytes }: Candidate): boolean => {
    if (usedAtMs < nowMs - limits.maxIdleMs) return true;
    totalBytes += sizeBytes;
    return totalBytes > limits.maxTotalBytes;
  };
  return candidates
    .toSorted((a, b) => b.usedAtMs - a.usedAtMs)
    .filter(goes)
    .map(({ image }) => image);
}

async function removeImages(
  surplusImages: readonly ListedImage[],
  images: ImageEngine,
): Promise<readonly ListedImage[]> {
  const outcomes = await Promise.all(
    // By name, since the engine removes by id whatever somebody has named as well.
    surplusImages.map(async ({ id, tags }) => images.removeImage(tags[0] ?? id)),
  );
  return surplusImages.filter((_, index) => outcomes[index] === true);
}

function digestOf({ labels }: ListedImage): string {
  return labels[WARM_DIGEST_LABEL] ?? "";
}

function sizeOf({ labels }: ListedImage): number {
  return Number(labels[WARM_SIZE_LABEL] ?? 0);
}

function describe(image: ListedImage): string {
  const { id, tags } = image;
  const [name = id.slice(0, 19)] = tags;
  if (name.startsWith("cleanroom-build/")) return `image ${name}`;
  return `warm image ${name} (${(sizeOf(image) / 1e6).toFixed(0)} MB)`;
}

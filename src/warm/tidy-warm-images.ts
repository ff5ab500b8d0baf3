import type { EvictionReason } from "../caches/cache-stats.ts";
import type { EntryUse, EvictionPolicy } from "../caches/eviction-policy.ts";
import { evictionPolicies, inEvictionOrder } from "../caches/eviction-policy.ts";
import type { ImageEngine, ListedImage } from "../backend/image-engine.ts";
import type { LastUse } from "./last-use.ts";
import {
  isMadeName,
  WARM_DIGEST_LABEL,
  WARM_MAKER_LABEL,
  WARM_OWNER_LABEL,
  WARM_SIZE_LABEL,
  warmImageName,
} from "./warm-labels.ts";

/** How much of warm images is kept. */
export interface WarmLimits {
  /** How long one is kept that nobody uses, in milliseconds. */
  readonly maxIdleMs: number;
  /** How much data all of them may hold, in bytes. */
  readonly maxTotalBytes: number;
  /** Which goes first when they hold more. */
  readonly policy: EvictionPolicy;
}

/** Fourteen days, and two gigabytes. */
export const warmLimits: WarmLimits = {
  maxIdleMs: 14 * 24 * 60 * 60_000,
  maxTotalBytes: 2_000_000_000,
  policy: evictionPolicies.ttl,
};

/** Keeps none. */
export const everyWarmImage: WarmLimits = { ...warmLimits, maxIdleMs: Number.NEGATIVE_INFINITY, maxTotalBytes: 0 };

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
  /** Told of each image that is gone, and why. */
  readonly onRemoved?: ((image: ListedImage, reason: EvictionReason) => void) | undefined;
}

/** An image that is to go, and why. */
interface Leaving {
  readonly image: ListedImage;
  readonly reason: EvictionReason;
}

interface Candidate {
  readonly image: ListedImage;
  readonly usedAtMs: number;
  readonly sizeBytes: number;
}

/** How long another coordinator may take to give an image its name, in milliseconds. */
const NAMING_MS = 60 * 60_000;

/**
 * Removes warm images that were not used for long, and others in the order of the policy until the rest fits. What a
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
  // What somebody made from one has its labels, but no name of ours.
  const named = all.map(underOurNames).filter(({ tags }) => tags.length > 0);
  const candidates = await Promise.all(named.map((image) => candidateOf(image, tidying)));
  const leaving = [
    ...abandoned.map((image): Leaving => ({ image, reason: "failed" })),
    ...surplus(candidates, limits, nowMs),
  ];
  const removed = await removeImages(leaving, tidying);
  const kept = named.filter((image) => !removed.includes(image));
  await lastUse.keepOnly(kept.map(digestOf));
  return removed.map(describe);
}

/** Without the names that somebody else gave it, which stay. */
function underOurNames(image: ListedImage): ListedImage {
  return { ...image, tags: image.tags.filter((tag) => isMadeName(tag, digestOf(image))) };
}

async function candidateOf(image: ListedImage, { images, lastUse }: WarmTidying): Promise<Candidate> {
  const usedAtMs = (await lastUse.of(digestOf(image))) ?? image.createdAtMs;
  const isWarm = WARM_SIZE_LABEL in image.labels;
  return { image, usedAtMs, sizeBytes: isWarm ? sizeOf(image) : await images.addedBytes(image.id) };
}

function surplus(candidates: readonly Candidate[], limits: WarmLimits, nowMs: number): readonly Leaving[] {
  const { maxIdleMs, maxTotalBytes, policy } = limits;
  const isExpired = ({ usedAtMs }: Candidate): boolean => usedAtMs < nowMs - maxIdleMs;
  const useOf = ({ image: { createdAtMs: addedAt }, usedAtMs: usedAt }: Candidate): EntryUse => {
    return { addedAt, usedAt, uses: 0, expiresAt: usedAt + maxIdleMs }; // How often one was used is not known.
  };
  const others = candidates.filter((candidate) => !isExpired(candidate));
  let totalBytes = others.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const isTooMuch = ({ sizeBytes }: Candidate): boolean => {
    const hadToGo = totalBytes > maxTotalBytes;
    if (hadToGo) totalBytes -= sizeBytes;
    return hadToGo;
  };
  return [
    ...candidates.filter(isExpired).map(({ image }): Leaving => ({ image, reason: "expired" })),
    ...inEvictionOrder(others, useOf, policy)
      .filter(isTooMuch)
      .map(({ image }): Leaving => ({ image, reason: "capacity" })),
  ];
}

async function removeImages(leaving: readonly Leaving[], tidying: WarmTidying): Promise<readonly ListedImage[]> {
  const outcomes = await Promise.all(
    leaving.map(async ({ image: { id, tags } }) => {
      // By name, since the engine removes by id whatever somebody has named as well.
      const gone = await Promise.all((tags.length > 0 ? tags : [id]).map((name) => tidying.images.removeImage(name)));
      return gone.every(Boolean);
    }),
  );
  const removed = leaving.filter((_, index) => outcomes[index] === true);
  for (const { image, reason } of removed) tidying.onRemoved?.(image, reason);
  return removed.map(({ image }) => image);
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
  if (tags.length > 0 && name !== warmImageName(digestOf(image))) return `image ${name}`;
  return `warm image ${name} (${(sizeOf(image) / 1e6).toFixed(0)} MB)`;
}

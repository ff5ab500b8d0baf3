import { parseJson } from "../spec/parse-json.ts";
import type { KnownImage } from "./image-memo.ts";
import {
  WARM_BASE_LABEL,
  WARM_DETAILS_LABEL,
  WARM_DIGEST_LABEL,
  WARM_OWNER_LABEL,
  warmImageName,
} from "./warm-labels.ts";

/** What to look for. */
export interface WarmQuery {
  /** Identifies the state directory. */
  readonly owner: string;
  /** Identifies what the image is of. */
  readonly digest: string;
  /** The image that the service is described with. */
  readonly baseImage: string;
}

/** What there is in place of initialising a service. */
export interface WarmFinding {
  /** The engine's id of the image that the service is described with; absent when it has to be fetched first. */
  readonly baseImageId?: string;
  /** The warm image; absent when there is none that fits. */
  readonly warm?: WarmImage;
}

/** An image that a service is started from instead of being initialised. */
export interface WarmImage {
  /** Its name. */
  readonly image: string;
  /** What initialising the service told. */
  readonly details: Readonly<Record<string, string>>;
}

/** Tells of an image, by name or id; of `undefined` when there is none. */
export type InspectImage = (image: string, signal?: AbortSignal) => Promise<KnownImage | undefined>;

/** Looks for a warm image. One that was made from another image than the service now has is none. */
export async function findWarmImage(
  inspect: InspectImage,
  { owner, digest, baseImage }: WarmQuery,
  signal: AbortSignal,
): Promise<WarmFinding> {
  const image = warmImageName(digest);
  const [base, warm] = await Promise.all([inspect(baseImage, signal), inspect(image, signal)]);
  if (base === undefined) return {};
  const { labels = {} } = warm ?? {};
  const isOurs = labels[WARM_OWNER_LABEL] === owner && labels[WARM_DIGEST_LABEL] === digest;
  if (!isOurs || labels[WARM_BASE_LABEL] !== base.id) return { baseImageId: base.id };
  const details = parseJson<Readonly<Record<string, string>>>(labels[WARM_DETAILS_LABEL] ?? "{}");
  return { baseImageId: base.id, warm: { image, details } };
}

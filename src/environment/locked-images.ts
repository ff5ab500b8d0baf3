import { connectImages } from "../backend/engine-api/connect-caretaker.ts";
import type { ImageEngine } from "../backend/image-engine.ts";
import type { Services } from "../config/cleanroom-config.ts";
import { readEnvironmentVariables } from "../config/environment-variables.ts";
import type { ImagePins } from "../lock/image-pins.ts";
import { refusal } from "../lock/image-pins.ts";
import type { Drift } from "../lock/locked-image.ts";
import { identityOf, isExact, isLocked } from "../lock/locked-image.ts";
import type { Clock } from "../time/clock.ts";
import { findEngine } from "./engine-endpoint.ts";
import type { AnyService } from "./service-catalog.ts";

/**
 * The images of a configuration's services and of what takes their place, each once; without those that modules choose, and those
 * that are built, which follow from what they are built from.
 */
export function imagesOf(services: Services): readonly string[] {
  const images = Object.values(services).flatMap((definition) => {
    const { fallback } = definition.options.recovery ?? {};
    return [definition, ...(typeof fallback === "object" ? [fallback] : [])].flatMap(imageOf);
  });
  return [...new Set(images)].toSorted();
}

function imageOf({ kind, image, options }: AnyService): readonly string[] {
  const isBuilt = "build" in options && options.build !== undefined;
  return kind === "testcontainer" || isBuilt ? [] : [image];
}

/** What knows the images of the engine that is in use. The caller disposes it. */
export async function openImages(clock: Clock, signal?: AbortSignal): Promise<ImageEngine> {
  const { endpoint } = await findEngine(clock, signal);
  const { dockerCertificateDirectory: certificateDirectory } = readEnvironmentVariables();
  return connectImages({ endpoint, certificateDirectory, clock });
}

/**
 * Refuses what is not locked, or is not in the engine what was locked. Of what the engine does not have, exactly what was locked
 * will be fetched.
 *
 * @param substitute - What is used in an image's place.
 * @throws ConfigurationError with every difference.
 */
export async function refuseDrift(
  images: readonly string[],
  pins: ImagePins,
  substitute: (image: string) => string,
  open: () => Promise<ImageEngine>,
): Promise<void> {
  await using engine = await open();
  const looked = await Promise.all(images.map((image) => driftOf(image, substitute(image), pins, engine)));
  const drifts = looked.filter((drift) => drift !== undefined);
  if (drifts.length > 0) throw refusal(pins, drifts);
}

async function driftOf(
  image: string,
  substitute: string,
  { lock }: ImagePins,
  engine: ImageEngine,
): Promise<Drift | undefined> {
  if (isExact(substitute)) return undefined;
  const locked = lock?.[image];
  const inspection = await engine.inspectImage(substitute);
  if (locked !== undefined && (inspection === undefined || isLocked(locked, inspection))) return undefined;
  return { image, locked, found: inspection && identityOf(substitute, inspection) };
}

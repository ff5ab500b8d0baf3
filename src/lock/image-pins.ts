import { ConfigurationError } from "../errors/configuration-error.ts";
import type { Lock } from "./lock-file.ts";
import { lockPath } from "./lock-file.ts";
import type { Drift } from "./locked-image.ts";
import { describeDrift, exactName, isExact } from "./locked-image.ts";

/** What the images of a configuration are asked for as. */
export interface ImagePins {
  /** Directory of the configuration, and of its lock. */
  readonly directory: string;
  /** What is locked; absent where there is no lock. */
  readonly lock: Lock | undefined;
  /** Whether images that are not locked are refused. */
  readonly isFrozen: boolean;
}

/**
 * The name that an image is asked for by: exactly what the lock says.
 *
 * @param image - As the configuration names it.
 * @param substitute - What is used in its place.
 * @throws ConfigurationError where only locked images may be used and it is none.
 */
export function pinned(image: string, substitute: string, pins: ImagePins): string {
  const locked = pins.lock?.[image];
  if (locked !== undefined) return exactName(substitute, locked);
  if (pins.isFrozen && !isExact(substitute)) throw refusal(pins, [{ image }]);
  return substitute;
}

/** What says that images are not what was locked. */
export function refusal(
  { directory, lock }: Pick<ImagePins, "directory" | "lock">,
  drifts: readonly Drift[],
): ConfigurationError {
  const origin = lockPath(directory);
  const list = drifts.map((drift) => ({ path: drift.image, message: describeDrift(drift) }));
  const advice = { path: "", message: "The setting `frozen` refuses them. If they are meant, run `cleanroom lock`." };
  const missing = { path: "", message: "There is no such file." };
  return new ConfigurationError({ origin, problems: [...(lock === undefined ? [missing] : []), ...list, advice] });
}

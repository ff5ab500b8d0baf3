/** What a container's name ends with from when it failed and is kept to be looked at: nothing of ours is called so otherwise. */
const SUFFIX = ".kept";

/** How long a container that failed is kept to be looked at, from its start on, in milliseconds. */
const KEPT_MS = 24 * 60 * 60 * 1000;

/**
 * What a container is called once it has failed and is kept to be looked at: another name each time, so that the next one of its
 * service can be kept as well.
 *
 * @param serviceId - Id of the shared service that it is.
 */
export function keptNameOf(containerName: string, serviceId: string): string {
  return containerName.endsWith(serviceId) ? `${containerName}${SUFFIX}` : `${containerName}-${serviceId}${SUFFIX}`;
}

/** Whether a container failed and is kept to be looked at, by its name. */
export function isKeptFailure({ name }: { readonly name: string }): boolean {
  return name.endsWith(SUFFIX);
}

/** Whether a container that failed has been kept long enough; one that never started has. */
export function isKeptLongEnough({ startedAtMs = 0 }: { readonly startedAtMs?: number }, nowMs: number): boolean {
  return nowMs - startedAtMs >= KEPT_MS;
}

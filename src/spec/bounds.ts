import type { ContainerSpec } from "./container-spec.ts";
import { parseJson } from "./parse-json.ts";

/** What a container cannot exceed. */
export type Bounds = Pick<ContainerSpec, "limits" | "mounts">;

/** Label with a container's bounds, as JSON: whoever starts it anew, or sees it end, need not have made it. */
const BOUNDS_LABEL = "dev.cleanroom.bounds";

const unbounded: Bounds = { limits: {}, mounts: [] };

/** The labels that tell a container's bounds; none where it has none. */
export function boundsLabels({ limits, mounts }: Bounds): Readonly<Record<string, string>> {
  const bounded = mounts.filter((mount) => mount.type === "tmpfs" && mount.sizeBytes !== undefined);
  if (Object.keys(limits).length === 0 && bounded.length === 0) return {};
  return { [BOUNDS_LABEL]: JSON.stringify({ limits, mounts: bounded } satisfies Bounds) };
}

/** The bounds that a container's labels tell. */
export function boundsIn(labels: Readonly<Record<string, string>>): Bounds {
  const told = labels[BOUNDS_LABEL];
  return told === undefined ? unbounded : parseJson<Bounds>(told);
}

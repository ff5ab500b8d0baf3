import type { ServicePlan } from "../container/service-plan.ts";
import type { ContainerSpec, MountSpec } from "../spec/container-spec.ts";

/** What the users of a container call the cache volumes that it mounts. */
export function cacheVolumesOf({ mounts }: ContainerSpec): readonly string[] | undefined {
  const names = mounts.flatMap((mount) => (isCache(mount) ? [mount.source] : []));
  return names.length === 0 ? undefined : [...new Set(names)];
}

/** A plan whose cache volumes have the names that they have in the engine. */
export function withCacheVolumes(plan: ServicePlan, volumeNames: Readonly<Record<string, string>> = {}): ServicePlan {
  const mounts = plan.spec.mounts.map((mount): MountSpec => {
    if (!isCache(mount)) return mount;
    const { source, target, isReadOnly } = mount;
    return { type: "volume", source: volumeNames[source] ?? source, target, isReadOnly };
  });
  return { ...plan, spec: { ...plan.spec, mounts } };
}

type CacheMountSpec = Extract<MountSpec, { readonly type: "volume" }>;

function isCache(mount: MountSpec): mount is CacheMountSpec {
  return mount.type === "volume" && mount.isCache === true;
}

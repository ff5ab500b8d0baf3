import type { ServicePlan } from "../container/service-plan.ts";
import type { ContainerSpec, MountSpec } from "../spec/container-spec.ts";

/** What the users of a container call the cache volumes that it mounts. */
export function cacheVolumesOf({ mounts }: ContainerSpec): readonly string[] | undefined {
  const names = mounts.flatMap((mount) => cacheNameOf(mount) ?? []);
  return names.length === 0 ? undefined : [...new Set(names)];
}

/** A plan whose cache volumes have the names that they have in the engine. */
export function withCacheVolumes(plan: ServicePlan, volumeNames: Readonly<Record<string, string>> = {}): ServicePlan {
  const mounts = plan.spec.mounts.map((mount): MountSpec => {
    const source = volumeNames[cacheNameOf(mount) ?? ""];
    return source === undefined ? mount : { type: "volume", source, target: mount.target, isReadOnly: false };
  });
  return { ...plan, spec: { ...plan.spec, mounts } };
}

function cacheNameOf(mount: MountSpec): string | undefined {
  return mount.type === "volume" && mount.isCache === true ? mount.source : undefined;
}

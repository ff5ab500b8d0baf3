import { createHash } from "node:crypto";
import type { ServiceRequest } from "./coordination.ts";

/** Names the state directory that an object belongs to: what carries another one is somebody else's. */
export const OWNER_LABEL = "dev.cleanroom.owner";
/** Names the coordinator that looks after an object. */
export const COORDINATOR_LABEL = "dev.cleanroom.coordinator";
/** Names the shared service that a container is. */
export const SERVICE_ID_LABEL = "dev.cleanroom.service-id";
/** Names the session that a container was created in. */
export const SESSION_LABEL = "dev.cleanroom.session";

/** Names the service that a container runs. */
export const SERVICE_LABEL = "dev.cleanroom.service";

/** Names the project whose processes share an object. */
export const PROJECT_LABEL = "dev.cleanroom.project";

/** Names the state directory that a cache volume belongs to. It outlives coordinators, so that it carries none of theirs. */
export const CACHE_OWNER_LABEL = "dev.cleanroom.cache.owner";

/** What its users call a cache volume. */
export const CACHE_NAME_LABEL = "dev.cleanroom.cache.name";

const PROJECT_GROUP = "project:";

/** The group of those who share what belongs to a project. */
export function projectGroup(project: string): string {
  return `${PROJECT_GROUP}${project}`;
}

/** The group of those who share what belongs to a user. */
export const USER_GROUP = "user";

/** What an object carries because of the group that shares it. */
export function groupLabels(group: string): Readonly<Record<string, string>> {
  return group.startsWith(PROJECT_GROUP) ? { [PROJECT_LABEL]: group.slice(PROJECT_GROUP.length) } : {};
}

/** Who looks after what is made. */
export interface Ownership {
  /** Identifies the state directory. */
  readonly owner: string;
  /** Identifies the coordinator within it. */
  readonly coordinator: string;
}

/** What everything carries that one coordinator looks after. */
export function ownershipLabels({ owner, coordinator }: Ownership): Readonly<Record<string, string>> {
  return { [OWNER_LABEL]: owner, [COORDINATOR_LABEL]: coordinator };
}

/** The name of the network that a request joins; no two owners, groups or configurations have the same one. */
export function networkNameOf(
  { owner, coordinator }: Ownership,
  { group, network }: Pick<ServiceRequest, "group" | "network">,
): string | undefined {
  if (network === undefined) return undefined;
  const digest = createHash("sha256")
    .update(JSON.stringify([owner, coordinator, group, network]))
    .digest("hex");
  return `cleanroom-${digest.slice(0, 16)}`;
}

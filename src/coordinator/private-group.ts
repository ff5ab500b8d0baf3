import type { Member } from "./session.ts";

const PRIVATE_GROUP = "process:";

/** The group that one process shares with nobody. */
export function privateGroup({ id }: Pick<Member, "id">): string {
  return `${PRIVATE_GROUP}${id}`;
}

/** Whether a group is that of one process. */
export function isPrivateGroup(group: string): boolean {
  return group.startsWith(PRIVATE_GROUP);
}

import type { ServiceConnection } from "../../container/service-connection.ts";
import { codeOf } from "../connection-loss.ts";

/** Source: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const INSUFFICIENT_PRIVILEGE = "42501";

/** Whether the server refused what only somebody with more rights may do. */
export function lacksRights(error: unknown): boolean {
  return codeOf(error) === INSUFFICIENT_PRIVILEGE;
}

/** What helps where a migration lacks rights; nothing when it runs as a superuser already. */
export function rightsHint({ details }: ServiceConnection): string | undefined {
  const { superuser, username } = details;
  if (superuser === undefined) return undefined;
  return `Migrations run as ${username}, who is no superuser: name extensions in \`extensions\`, or set \`superuser: true\`.`;
}

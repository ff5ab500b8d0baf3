import type { Client } from "pg";

/** How often it is looked whether the last session has ended, and for how long in between, in seconds. */
const LOOKS = 10;
const LOOK_S = 0.01;

/**
 * Gives sessions that are leaving a moment to do so: a pool of `pg` says that it has ended while its connections are still being
 * closed, and one that is broken off then is an error which nobody handles. Who stays is not waited for.
 *
 * @param hasSessions - Whether there is any left.
 * @returns Whether all have left.
 */
export async function untilLeft(client: Client, hasSessions: () => Promise<boolean>): Promise<boolean> {
  for (let look = 1; look <= LOOKS; look += 1) {
    if (!(await hasSessions())) return true;
    await client.query("SELECT pg_catalog.pg_sleep($1)", [LOOK_S]);
  }
  return false;
}

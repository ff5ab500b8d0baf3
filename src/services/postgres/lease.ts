import { createHash, randomBytes } from "node:crypto";
import type { Client } from "pg";

/**
 * A right that a connection holds and loses with its end, known to the server as an advisory lock. What was made under it
 * carries its number in its name, so that everybody can tell what nobody holds any more.
 *
 * Source: https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
 */
export function newLease(): string {
  return randomBytes(8).toString("hex");
}

/** The lock that stands for a name. */
export function lockOf(name: string): string {
  return createHash("sha256").update(`cleanroom ${name}`).digest("hex").slice(0, 16);
}

/** Takes a lock for the rest of the session, and waits for it. `shared`: together with others who take it so. */
export async function hold(client: Client, lock: string, how: "alone" | "shared"): Promise<void> {
  const take = how === "alone" ? "pg_advisory_lock" : "pg_advisory_lock_shared";
  await client.query(`SELECT pg_catalog.${take}($1)`, [asBigint(lock)]);
}

/** Takes a lock alone if nobody has it. Tells whether it did. */
export async function tryHold(client: Client, lock: string): Promise<boolean> {
  const sql = "SELECT pg_catalog.pg_try_advisory_lock($1) AS held";
  const { rows } = await client.query<{ held: boolean }>(sql, [asBigint(lock)]);
  return rows[0]?.held === true;
}

/** Gives a lock back that was taken alone. */
export async function letGo(client: Client, lock: string): Promise<void> {
  await client.query("SELECT pg_catalog.pg_advisory_unlock($1)", [asBigint(lock)]);
}

/** All leases that some connection to the server holds, to whichever of its databases. */
export async function heldLeases(client: Client): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<{ lease: string }>(HELD_LEASES);
  return new Set(rows.map(({ lease }) => lease));
}

/** A lock's number is kept in two halves. Source: https://www.postgresql.org/docs/current/view-pg-locks.html */
const HELD_LEASES = `
  SELECT pg_catalog.lpad(pg_catalog.to_hex(classid::bigint), 8, '0')
      || pg_catalog.lpad(pg_catalog.to_hex(objid::bigint), 8, '0') AS lease
  FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND granted`;

/** Has the server wait for this session as long as it must: whatever its roles' settings are, nothing ends it for being idle. */
export async function makePatient(client: Client): Promise<void> {
  await client.query(`
    SELECT pg_catalog.set_config(name, '0', false) FROM pg_catalog.pg_settings
    WHERE name IN ('statement_timeout', 'lock_timeout', 'idle_session_timeout', 'transaction_timeout')`);
}

function asBigint(lock: string): string {
  return String(BigInt.asIntN(64, BigInt(`0x${lock}`)));
}

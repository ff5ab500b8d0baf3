import type { Client } from "pg";
import { MARKS_SCHEMA } from "./marks-schema.ts";

/** A table of which it is noted that something is written to it. */
export interface TrackedTable {
  /** Its object id. */
  readonly oid: string;
  /** Its name, as SQL takes it. */
  readonly name: string;
  /** Object ids of the table and of all that it is a part of, or inherits from. */
  readonly line: readonly string[];
  /** Object id of its owner. */
  readonly owner: string;
  /** Its columns that can be inserted, as SQL takes them; `null` when there are none. */
  readonly columns: string | null;
  /** Whether it has no rows of its own, only its partitions have. */
  readonly isPartitioned: boolean;
  /** What it takes without its indexes, in bytes. */
  readonly sizeBytes: number;
  /** Whether it has triggers or rules that nothing switches off. */
  readonly hasSideEffects: boolean;
}

/** Every table that users made, but for those that are ignored, with their partitions and inheritors. */
export async function findTrackedTables(
  client: Client,
  ignoredTables: readonly string[],
): Promise<readonly TrackedTable[]> {
  const { rows } = await client.query<TrackedTable>(TRACKED_TABLES, [ignoredTables]);
  return rows;
}

/** Object ids and names of the sequences that users made, but for those of tables that are ignored. */
export async function findSequences(
  client: Client,
  ignoredTables: readonly string[],
): Promise<readonly { readonly oid: string; readonly name: string }[]> {
  const { rows } = await client.query<{ oid: string; name: string }>(SEQUENCES, [ignoredTables]);
  return rows;
}

const LINES = `
  WITH RECURSIVE line (member, ancestor) AS (
    SELECT oid, oid FROM pg_class WHERE relkind IN ('r', 'p')
    UNION
    SELECT line.member, inhparent FROM line JOIN pg_inherits ON inhrelid = line.ancestor
  ),
  ignored AS (
    SELECT DISTINCT member
    FROM line JOIN pg_class ON pg_class.oid = ancestor JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE relname = ANY ($1) OR nspname || '.' || relname = ANY ($1)
  ),
  own AS (
    SELECT pg_class.*, pg_class.oid AS id, format('%I.%I', nspname, relname) AS name
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE relpersistence <> 't'
      AND nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', '${MARKS_SCHEMA}')
  )`;

const TRACKED_TABLES = `${LINES}
  SELECT
    id::text AS oid,
    name,
    (SELECT array_agg(ancestor::text) FROM line WHERE member = id) AS line,
    relowner::text AS owner,
    (SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
      WHERE attrelid = id AND attnum > 0 AND NOT attisdropped AND attgenerated = '') AS columns,
    relkind = 'p' AS "isPartitioned",
    pg_table_size(id)::float8 AS "sizeBytes",
    EXISTS (SELECT FROM pg_trigger WHERE tgrelid = id AND tgenabled IN ('A', 'R'))
      OR EXISTS (SELECT FROM pg_rewrite WHERE ev_class = id AND ev_enabled IN ('A', 'R')) AS "hasSideEffects"
  FROM own
  WHERE relkind IN ('r', 'p') AND id NOT IN (SELECT member FROM ignored)
  ORDER BY id`;

const SEQUENCES = `${LINES}
  SELECT id::text AS oid, name
  FROM own
  WHERE relkind = 'S' AND NOT EXISTS (
    SELECT FROM pg_depend
    WHERE classid = 'pg_class'::regclass AND objid = id
      AND refclassid = 'pg_class'::regclass AND refobjid IN (SELECT member FROM ignored) AND deptype IN ('a', 'i')
  )
  ORDER BY id`;

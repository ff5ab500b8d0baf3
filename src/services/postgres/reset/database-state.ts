import type { Client } from "pg";
import { MARKS_SCHEMA } from "./marks-schema.ts";
import type { ResetPlan, SequenceName } from "./reset-plan.ts";
import { SAFE_PATH } from "./reset-session.ts";

/** The statement that reads what `stateQuery` prepared. */
export const READ_STATE = "EXECUTE state";

/**
 * Prepares, for the session, what reads the state of a database. All of it is read by one statement: a round trip is the larger
 * part of a reset.
 *
 * @param database - The database's object id.
 */
export function prepareState(plan: ResetPlan, database: string): string {
  const { tables, marks, definitionsMark } = plan;
  return `PREPARE state AS SELECT
    ARRAY(
      SELECT pg_sequence_last_value(mark)::text
      FROM unnest('{${marks.map(({ sequence }) => sequence).join()}}'::regclass[]) WITH ORDINALITY AS marked (mark, place)
      ORDER BY place
    ) AS marks,
    ${MARKS_SCHEMA}.sequence_states() AS sequences,
    concat_ws('; ', pg_sequence_last_value(${definitionsMark}::regclass), ${unseen(database).join(",\n")}) AS rest,
    (SELECT coalesce(sum(pg_relation_size(measured)), 0)
      FROM unnest('{${tables.map(({ oid }) => oid).join()}}'::regclass[]) AS measured)::float8 AS "sizeBytes"`;
}

/**
 * What makes the function that reads sequences. It reads none once anything but rows has changed, nor looks for them: a test may
 * have put a view in the place of one, which would call what it likes as a superuser.
 *
 * @param definitionsMark - Object id of the sequence that moves then.
 */
export function sequenceStatesFunction(
  client: Client,
  definitionsMark: string,
  sequences: readonly SequenceName[],
): string {
  const values = sequences.map(({ name }, index) => `SELECT ${index} AS place, last_value, is_called FROM ${name}`);
  const states =
    values.length === 0
      ? "'{}'"
      : `ARRAY(SELECT format('%s %s', last_value, is_called) FROM (${values.join(" UNION ALL ")}) AS read ORDER BY place)`;
  const body = `BEGIN
      IF pg_sequence_last_value(${definitionsMark}::regclass) IS NULL THEN RETURN ${states}; END IF;
      RETURN NULL;
    END`;
  return `
    CREATE FUNCTION ${MARKS_SCHEMA}.sequence_states() RETURNS text[] LANGUAGE plpgsql SET search_path = ${SAFE_PATH}
      AS ${client.escapeLiteral(body)};`;
}

/**
 * What changes a database without an event trigger being told, each as one text: its own properties and comment, owners and
 * privileges (`REASSIGN OWNED`, tables that extensions make), indexes (`CLUSTER`, what `REINDEX CONCURRENTLY` leaves), large
 * objects, prepared transactions.
 *
 * Source: https://www.postgresql.org/docs/current/event-trigger-definition.html
 */
function unseen(database: string): readonly string[] {
  return [
    `(SELECT ROW(datdba, datacl, datconnlimit, datistemplate, datallowconn, dattablespace) FROM pg_database WHERE oid = ${database})`,
    `(SELECT array_agg(ROW(setrole, setconfig) ORDER BY setrole) FROM pg_db_role_setting WHERE setdatabase = ${database})`,
    `(SELECT array_agg(description) FROM pg_shdescription WHERE objoid = ${database} AND classoid = 'pg_database'::regclass)`,
    `(SELECT ROW(count(*), sum(hashtext(concat_ws(' ', objid, refobjid, deptype)))) FROM pg_shdepend WHERE dbid = ${database})`,
    `(SELECT ROW(count(*), sum(hashtext(concat_ws(' ', indexrelid, indisclustered, indisvalid)))) FROM pg_index)`,
    `(SELECT ROW(count(*), sum(hashtext(concat_ws(' ', oid, xmin)))) FROM pg_largeobject_metadata)`,
    `(SELECT ROW(count(*), sum(hashtext(concat_ws(' ', loid, pageno, xmin)))) FROM pg_largeobject)`,
    `(SELECT count(*) FROM pg_prepared_xact() AS prepared WHERE prepared.dbid = ${database})`,
  ];
}

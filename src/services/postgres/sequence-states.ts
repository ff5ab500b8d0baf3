import type { Client } from "pg";
import { quoteIdentifier } from "./postgres-client.ts";

interface Sequence {
  readonly oid: string;
  readonly schema: string;
  readonly name: string;
}

interface SequenceState {
  readonly oid: string;
  readonly last: string;
  readonly called: boolean;
}

/**
 * A statement that makes the sequences of a database what they are now: no rollback does.
 *
 * @returns Empty when the user has none.
 */
export async function statementForSequences(client: Client): Promise<string> {
  const { rows: sequences } = await client.query<Sequence>(SEQUENCES);
  if (sequences.length === 0) return "";
  const reads = sequences.map(({ oid, schema, name }) => {
    return `SELECT '${oid}' AS oid, last_value::text AS last, is_called AS called FROM ${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
  });
  const { rows: states } = await client.query<SequenceState>(reads.join(" UNION ALL "));
  const values = states.map(({ oid, last, called }) => `(${oid}, ${last}, ${called})`).join(", ");
  return (
    "SELECT pg_catalog.setval(sequence.oid::pg_catalog.oid::pg_catalog.regclass, last::pg_catalog.int8, called) " +
    `FROM (VALUES ${values}) AS sequence (oid, last, called)`
  );
}

const SEQUENCES = `
  SELECT class.oid::text, namespace.nspname AS schema, class.relname AS name
  FROM pg_catalog.pg_sequence sequence
    JOIN pg_catalog.pg_class class ON class.oid = sequence.seqrelid
    JOIN pg_catalog.pg_namespace namespace ON namespace.oid = class.relnamespace
  WHERE pg_catalog.has_sequence_privilege(sequence.seqrelid, 'SELECT')
    AND pg_catalog.has_sequence_privilege(sequence.seqrelid, 'UPDATE')
    AND pg_catalog.has_schema_privilege(namespace.oid, 'USAGE')`;

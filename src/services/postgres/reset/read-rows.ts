import type { Client } from "pg";
import { MARKS_SCHEMA } from "./marks-schema.ts";
import type { TrackedTable } from "./tracked-tables.ts";

/** The largest table whose rows are put back, in bytes; to put back more takes longer than to copy the template. */
const MAX_TABLE_BYTES = 128 * 1024;

/** The most that is kept of all rows, in characters. */
const MAX_CHARACTERS = 1024 * 1024;

/** The rows of a table. */
export interface TableRows {
  /** Whether there are any. */
  readonly hasRows: boolean;
  /** What inserts them; absent where they are too many. */
  readonly putBack?: string;
}

/**
 * Reads the rows of tables, each as the text of an array: unlike a copy in a table, that depends on no type which a test
 * may want to drop. By object ids of tables.
 */
export async function readRows(
  client: Client,
  tables: readonly TrackedTable[],
): Promise<ReadonlyMap<string, TableRows>> {
  const read = new Map<string, TableRows>();
  let left = MAX_CHARACTERS;
  for (const table of tables) {
    const hasRows = table.sizeBytes > 0 && (await isFilled(client, table));
    const lines = hasRows && table.sizeBytes <= MAX_TABLE_BYTES ? await linesOf(client, table) : undefined;
    const isKept = lines !== undefined && lines.length <= left;
    if (isKept) left -= lines.length;
    const putBack = isKept ? statementThatPutsBack(client, table, lines) : undefined;
    read.set(table.oid, { hasRows, ...(putBack !== undefined && { putBack }) });
  }
  return read;
}

/**
 * What makes the functions that insert rows, one for each owner of tables. What the users' constraints and indexes call while
 * rows are inserted runs with the owner's rights, and cannot get others: `SET ROLE` does not work in such a function.
 */
export function putBackFunctions(owners: ReadonlySet<string>): readonly string[] {
  return [...owners].map(
    (owner) => `
      CREATE FUNCTION ${functionOf(owner)}(target text, columns text, rows text) RETURNS void
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = "$user", public
      AS $body$
      BEGIN
        EXECUTE pg_catalog.format(
          'INSERT INTO %1$s (%2$s) OVERRIDING SYSTEM VALUE SELECT %2$s FROM pg_catalog.unnest($1::%1$s[])',
          target, columns
        ) USING rows;
      END
      $body$;
      REVOKE EXECUTE ON FUNCTION ${functionOf(owner)} FROM PUBLIC;
      DO $$
      BEGIN
        EXECUTE format('ALTER FUNCTION ${functionOf(owner)} OWNER TO %s', ${owner}::regrole);
      END
      $$;`,
  );
}

function functionOf(owner: string): string {
  return `${MARKS_SCHEMA}.put_back_${owner}`;
}

async function isFilled(client: Client, { name, isPartitioned }: TrackedTable): Promise<boolean> {
  if (isPartitioned) return false;
  const { rowCount } = await client.query(`SELECT FROM ONLY ${name} LIMIT 1`);
  return rowCount === 1;
}

/** In the order in which they lie: a test may rely on it. By the types' own output functions, never by a cast of the users'. */
async function linesOf(client: Client, { name }: TrackedTable): Promise<string> {
  const { rows } = await client.query<{ lines: string }>(
    `SELECT format('%s', array_agg(line.*)) AS lines FROM ONLY ${name} AS line`,
  );
  return rows[0]?.lines ?? "";
}

function statementThatPutsBack(
  client: Client,
  { name, owner, columns }: TrackedTable,
  lines: string,
): string | undefined {
  if (columns === null) return undefined;
  const literals = [name, columns, lines].map((text) => client.escapeLiteral(text));
  return `SELECT ${functionOf(owner)}(${literals.join(", ")})`;
}

import type { Client } from "pg";
import { sequenceStatesFunction } from "./database-state.ts";
import { END_OTHERS_FUNCTION } from "./end-others.ts";
import { MARKS_SCHEMA } from "./marks-schema.ts";
import { putBackFunctions, readRows } from "./read-rows.ts";
import type { Mark, ResetPlan } from "./reset-plan.ts";
import type { TrackedTable } from "./tracked-tables.ts";
import { findSequences, findTrackedTables } from "./tracked-tables.ts";

/** The sequence that moves when a test changes anything but rows. */
const DEFINITIONS = "definitions";

/**
 * Has the database that a superuser is connected to note what is written to it, and says how its copies are reset.
 *
 * A mark is a sequence: whoever moves it waits for nobody and needs no rights on anything else, and it stays moved when his
 * transaction is rolled back. It moves in the condition of a trigger, so that no function is called for it, once for each
 * session and table: the rest is cached.
 */
export async function markWrites(client: Client, ignoredTables: readonly string[]): Promise<ResetPlan> {
  const tables = await findTrackedTables(client, ignoredTables);
  const rows = await readRows(client, tables);
  const hasRows = (oid: string): boolean => rows.get(oid)?.hasRows === true;
  const above = new Set(tables.filter(({ oid }) => hasRows(oid)).flatMap(({ line }) => line));
  const marks = tables.flatMap((table) => marksOf(table, above.has(table.oid)));
  const owners = new Set(tables.filter(({ oid }) => rows.get(oid)?.putBack !== undefined).map(({ owner }) => owner));
  const sequences = await findSequences(client, ignoredTables);
  await client.query(
    [SCHEMA, END_OTHERS_FUNCTION, ...marks.map(({ make }) => make), ...putBackFunctions(owners), GRANT].join("\n"),
  );
  const oids = await oidsOf(client);
  const oid = (name: string): string => oids.get(name) ?? "";
  await client.query(
    sequenceStatesFunction(client, oid(DEFINITIONS), sequences) + definitionTriggers(oid(DEFINITIONS)),
  );
  return {
    tables: tables
      .filter(({ isPartitioned }) => !isPartitioned)
      .map(({ oid: table, name, line, hasSideEffects }) => {
        return { oid: table, name, line, hasSideEffects, hasRows: hasRows(table), putBack: rows.get(table)?.putBack };
      }),
    marks: marks.map(({ table, kind, name }) => ({ table, kind, sequence: oid(name) })),
    definitionsMark: oid(DEFINITIONS),
    sequences,
  };
}

/** A mark that is to be made. */
interface NewMark extends Pick<Mark, "table" | "kind"> {
  /** Name of its sequence. */
  readonly name: string;
  readonly make: string;
}

/** Rows that are added to others have a mark of their own: they can be deleted, while others have to be put back. */
function marksOf({ oid, name: table }: TrackedTable, isAboveRows: boolean): readonly NewMark[] {
  const mark = (kind: Mark["kind"], events: string): NewMark => {
    const name = `${kind}_${oid}`;
    const sequence = `${MARKS_SCHEMA}.${name}`;
    const make = `
      CREATE SEQUENCE ${sequence} CACHE 1000;
      CREATE TRIGGER ${MARKS_SCHEMA}_${kind} BEFORE ${events} ON ${table} FOR EACH STATEMENT
        WHEN (nextval('${sequence}'::regclass) IS NULL) EXECUTE FUNCTION ${MARKS_SCHEMA}.never_called();`;
    return { table: oid, kind, name, make };
  };
  if (isAboveRows) return [mark("inserted", "INSERT"), mark("changed", "UPDATE OR DELETE OR TRUNCATE")];
  return [mark("changed", "INSERT OR UPDATE OR DELETE OR TRUNCATE")];
}

const SCHEMA = `
  CREATE SCHEMA ${MARKS_SCHEMA};
  CREATE SEQUENCE ${MARKS_SCHEMA}.${DEFINITIONS};
  CREATE FUNCTION ${MARKS_SCHEMA}.never_called() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';`;

/** To move a mark more often than a table is written to does no harm. */
const GRANT = `GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${MARKS_SCHEMA} TO PUBLIC`;

async function oidsOf(client: Client): Promise<ReadonlyMap<string, string>> {
  const { rows } = await client.query<{ oid: string; relname: string }>(
    "SELECT oid::text, relname FROM pg_class WHERE relkind = 'S' AND relnamespace = $1::regnamespace",
    [MARKS_SCHEMA],
  );
  return new Map(rows.map(({ relname, oid }) => [relname, oid]));
}

/** Commands that may turn out to do nothing, or to make and drop only what goes with the session. */
const JUDGED_AFTERWARDS =
  "'CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO', 'DROP TABLE', 'CREATE SCHEMA', 'CREATE EXTENSION'";

/**
 * Moves the mark at the start of a command, since some leave something when they fail (`CREATE INDEX CONCURRENTLY`). A number
 * instead of the mark's name: whoever runs the command may not look into the schema.
 */
function definitionTriggers(mark: string): string {
  const move = `PERFORM pg_catalog.nextval(${mark}::pg_catalog.regclass)`;
  return `
    CREATE FUNCTION ${MARKS_SCHEMA}.command_starts() RETURNS event_trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
    BEGIN
      IF tg_tag NOT IN (${JUDGED_AFTERWARDS}) THEN ${move}; END IF;
    END $$;
    CREATE FUNCTION ${MARKS_SCHEMA}.command_ended() RETURNS event_trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
    BEGIN
      IF EXISTS (SELECT FROM pg_event_trigger_ddl_commands() WHERE schema_name IS DISTINCT FROM 'pg_temp') THEN ${move}; END IF;
    END $$;
    CREATE FUNCTION ${MARKS_SCHEMA}.something_dropped() RETURNS event_trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
    BEGIN
      IF EXISTS (SELECT FROM pg_event_trigger_dropped_objects() WHERE NOT is_temporary) THEN ${move}; END IF;
    END $$;
    CREATE EVENT TRIGGER ${MARKS_SCHEMA}_starts ON ddl_command_start EXECUTE FUNCTION ${MARKS_SCHEMA}.command_starts();
    CREATE EVENT TRIGGER ${MARKS_SCHEMA}_ended ON ddl_command_end WHEN TAG IN (${JUDGED_AFTERWARDS})
      EXECUTE FUNCTION ${MARKS_SCHEMA}.command_ended();
    CREATE EVENT TRIGGER ${MARKS_SCHEMA}_dropped ON sql_drop EXECUTE FUNCTION ${MARKS_SCHEMA}.something_dropped();`;
}

import { MARKS_SCHEMA } from "./marks-schema.ts";

/** How often it is looked whether everybody has left, a millisecond apart. */
const MAX_LOOKS = 1000;

/** How many times before anybody is ended: connections of a pool that has ended may still be being closed. */
const PATIENT_LOOKS = 100;

/** The statement that ends all other sessions of a database that do not end by themselves, and fails when they do not end: what they had open is undone. */
export const END_OTHERS: string = `SELECT ${MARKS_SCHEMA}.end_others()`;

/**
 * What makes its function. Whoever is on the way into the database has it locked until he is listed, so locks are read first and
 * nobody is missed. Workers of autovacuum see only what is committed and change no row.
 */
export const END_OTHERS_FUNCTION: string = `
  CREATE FUNCTION ${MARKS_SCHEMA}.end_others() RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog AS $$
  DECLARE
    own oid := (SELECT oid FROM pg_database WHERE datname = current_database());
  BEGIN
    FOR look IN 1..${MAX_LOOKS} LOOP
      PERFORM CASE WHEN look > ${PATIENT_LOOKS} THEN pg_terminate_backend(pid) END FROM (
        SELECT pid FROM pg_locks
        WHERE locktype = 'object' AND classid = 'pg_database'::regclass AND objid = own AND pid <> pg_backend_pid()
        UNION ALL
        SELECT pid FROM pg_stat_activity
        WHERE datid = own AND pid <> pg_backend_pid() AND backend_type <> 'autovacuum worker'
      ) AS other;
      IF NOT FOUND THEN RETURN; END IF;
      PERFORM pg_sleep(0.001);
      PERFORM pg_stat_clear_snapshot();
    END LOOP;
    RAISE 'somebody is still connected';
  END $$;`;

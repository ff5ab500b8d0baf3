import { MARKS_SCHEMA } from "./marks-schema.ts";

/** What `pg_dump` writes of triggers: they go with their tables, whatever schema is left out. */
const triggers = [
  `CREATE (?:EVENT )?TRIGGER ${MARKS_SCHEMA}_[^]*?EXECUTE FUNCTION ${MARKS_SCHEMA}\\.\\w+\\(\\);`,
  `ALTER (?:EVENT TRIGGER|TABLE .*TRIGGER) ${MARKS_SCHEMA}_.*;`,
].map((statement) => new RegExp(`^${statement}$`, "gm"));

/** What `pg_dump` is to leave out of a database that can be reset. */
export const WITHOUT_MARKS_SCHEMA: string = `--exclude-schema=${MARKS_SCHEMA}`;

/** A dump without the triggers that note the writes of tests, whose schema it leaves out. Only a superuser could restore it with them. */
export function withoutMarks(dump: string): string {
  return triggers.reduce((text, trigger) => text.replaceAll(trigger, ""), dump);
}

/** Name of the database in which tests have a schema each. */
export const SCHEMAS_DATABASE = "cleanroom_schemas";

/** Name of the schema that extensions are in, for all tests; nobody else can make anything there. */
export const EXTENSIONS_SCHEMA = "cleanroom_extensions";

/** What the schema is called in the script that makes one: no migration says this of something else. */
export const TEMPLATE_SCHEMA = "cleanroom_template_schema";

/** The script, in the server's data directory. */
export const SCHEMA_SCRIPT = "cleanroom-schema.sql";

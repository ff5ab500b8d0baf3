import type { Client } from "pg";
import { ConfigurationError } from "../../errors/configuration-error.ts";
import { messageOf } from "../../errors/describe.ts";
import { MigrationError } from "../../errors/migration-error.ts";
import { nearest } from "../../validation/nearest.ts";
import { quoteIdentifier } from "./postgres-client.ts";
import { lacksRights } from "./rights-hint.ts";

/**
 * Creates extensions, with those that they need, in the database that a superuser is connected to.
 *
 * @param container - Name of the service, for messages.
 * @throws ConfigurationError when the server has none of a name; MigrationError when it does not create one.
 */
export async function createExtensions(
  client: Client,
  container: string,
  extensions: readonly string[],
): Promise<void> {
  if (extensions.length === 0) return;
  await refuseUnknown(client, container, extensions);
  for (const extension of extensions) {
    try {
      await client.query(`CREATE EXTENSION IF NOT EXISTS ${quoteIdentifier(extension)} CASCADE`);
    } catch (error) {
      const hint = lacksRights(error) ? { hint: RIGHTS_HINT } : {};
      throw new MigrationError({ container, extension, reason: messageOf(error), ...hint }, error);
    }
  }
}

/** On a server of Cleanroom's own a superuser creates them. */
const RIGHTS_HINT = "Have a superuser of the server create it in `template1`, which new databases are copies of.";

async function refuseUnknown(client: Client, container: string, extensions: readonly string[]): Promise<void> {
  const { rows } = await client.query<{ name: string }>("SELECT name FROM pg_catalog.pg_available_extensions");
  const known = rows.map(({ name }) => name);
  const problems = extensions.flatMap((extension, index) =>
    known.includes(extension) ? [] : [{ path: `extensions.${index}`, message: unknown(extension, known) }],
  );
  if (problems.length > 0) throw new ConfigurationError({ origin: container, problems });
}

function unknown(extension: string, known: readonly string[]): string {
  const meant = nearest(extension, known);
  const advice = meant === undefined ? "use an image that has it" : `did you mean ${JSON.stringify(meant)}?`;
  return `the server has no extension ${JSON.stringify(extension)}; ${advice}`;
}

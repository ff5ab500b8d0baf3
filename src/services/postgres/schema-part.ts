import type { ContainerAccess } from "../container-access.ts";
import { keepDuration } from "./keep-duration.ts";
import type { PostgresContainer } from "./postgres-container.ts";
import type { PostgresSchema } from "./postgres-own-schema.ts";
import { POSTGRES_PORT } from "./postgres-port.ts";
import { postgresUrl } from "./postgres-url.ts";
import { SCHEMAS_DATABASE } from "./schema-names.ts";
import { searchPathOf } from "./schema-script.ts";
import { withNetworkUrl } from "../with-network-url.ts";

/** Whose schema it is, and what it takes to give it back. */
export interface SchemaPartOptions {
  /** The server. */
  readonly server: PostgresContainer<PostgresSchema>;
  /** Where it is given back. */
  readonly access: ContainerAccess;
  /** How long it is kept unless its holder says otherwise, in milliseconds. */
  readonly keepFailedMs: number;
}

/** What the holder of a schema gets. */
export function schemaPart(schema: string, { server, access, keepFailedMs }: SchemaPartOptions): PostgresSchema {
  const { host, username, password } = server;
  const port = server.port(POSTGRES_PORT);
  const urlAt = (place: { readonly host: string; readonly port: number }): string => {
    // libpq knows no "+".
    const options = encodeURIComponent(`-c search_path=${searchPathOf(schema)}`);
    const parameters = `options=${options}&application_name=${encodeURIComponent(schema)}`;
    return postgresUrl({ username, password, ...place, database: SCHEMAS_DATABASE, parameters });
  };
  const url = urlAt({ host, port });
  let keepForMs = 0;
  let giving: Promise<void> | undefined;
  const part: Omit<PostgresSchema, "networkUrl"> = {
    server,
    schema,
    database: SCHEMAS_DATABASE,
    url,
    connectionString: url,
    host,
    port,
    username,
    password,
    keep: (forMs = keepFailedMs) => (keepForMs = keepDuration(forMs, access)),
    [Symbol.asyncDispose]: () => (giving ??= access.givePart(schema, keepForMs)),
  };
  return withNetworkUrl(part, () => urlAt({ host: server.networkHost, port: POSTGRES_PORT }));
}

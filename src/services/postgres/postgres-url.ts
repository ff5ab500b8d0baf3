/** A database and who connects to it from where. */
export interface PostgresAddress {
  /** Name of the user. */
  readonly username: string;
  /** That user's password. */
  readonly password: string;
  /** Host name or address of the server. */
  readonly host: string;
  /** Its port there. */
  readonly port: number;
  /** Name of the database. */
  readonly database: string;
  /** What else its URL says, such as `sslmode=require`; empty or absent when nothing. */
  readonly parameters?: string | undefined;
}

/** The URL of a database, whatever is in its parts. */
export function postgresUrl({ username, password, host, port, database, parameters = "" }: PostgresAddress): string {
  const credentials = `${encodeURIComponent(username)}:${encodeURIComponent(password)}`;
  const authority = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
  return `postgres://${credentials}@${authority}/${escapePath(database)}${parameters === "" ? "" : `?${parameters}`}`;
}

/** `pg` decodes the path with `decodeURI`, which only undoes what `encodeURI` does; the other two would end the path. */
function escapePath(database: string): string {
  return encodeURI(database).replaceAll(/[?#]/g, encodeURIComponent);
}

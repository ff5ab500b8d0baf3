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
  /** What a client is to ask for besides, as libpq names it. */
  readonly parameters?: Readonly<Record<string, string>>;
}

/** The URL of a database, whatever is in its parts. */
export function postgresUrl({ username, password, host, port, database, parameters = {} }: PostgresAddress): string {
  const credentials = `${encodeURIComponent(username)}:${encodeURIComponent(password)}`;
  const query = Object.entries(parameters).map(([name, value]) => `${name}=${encodeURIComponent(value)}`); // libpq knows no "+".
  const path = [escapePath(database), ...(query.length > 0 ? [query.join("&")] : [])].join("?");
  return `postgres://${credentials}@${host}:${port}/${path}`;
}

/** `pg` decodes the path with `decodeURI`, which only undoes what `encodeURI` does; the other two would end the path. */
function escapePath(database: string): string {
  return encodeURI(database).replaceAll(/[?#]/g, encodeURIComponent);
}

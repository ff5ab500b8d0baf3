import type { Client } from "pg";

const versions = new WeakMap<Client, Promise<number>>();

/** The version of the server that a connection leads to, as PostgreSQL counts: 150002 is 15.2. Asked once a connection. */
export function serverVersion(client: Client): Promise<number> {
  const version = versions.get(client) ?? askVersion(client);
  versions.set(client, version);
  return version;
}

async function askVersion(client: Client): Promise<number> {
  const { rows } = await client.query<{ server_version_num: string }>("SHOW server_version_num");
  return Number(rows[0]?.server_version_num);
}

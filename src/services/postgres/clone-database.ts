import type { Client } from "pg";
import { quoteIdentifier } from "./postgres-client.ts";

/** Which database to copy to which. */
export interface CloneRequest {
  /** Name of the source; nobody else may be connected to it. */
  readonly from: string;
  /** Name of the copy, which must not exist. */
  readonly to: string;
  /** Whether the server flushes to disk. */
  readonly isDurable: boolean;
}

/** The first server version that lets the strategy be chosen, as PostgreSQL counts. */
const VERSION_WITH_STRATEGY = 150_000;

/**
 * Copies a database inside its server. Copying files beats writing the log where nothing is flushed to disk: 9 against 19 ms
 * for 7 MB; where it is, the log wins (27 against 88 ms) and is the server's default.
 */
export async function cloneDatabase(client: Client, { from, to, isDurable }: CloneRequest): Promise<void> {
  const hasStrategy = !isDurable && (await serverVersion(client)) >= VERSION_WITH_STRATEGY;
  const strategy = hasStrategy ? " STRATEGY FILE_COPY" : "";
  await client.query(`CREATE DATABASE ${quoteIdentifier(to)} TEMPLATE ${quoteIdentifier(from)}${strategy}`);
}

const versions = new WeakMap<Client, Promise<number>>();

function serverVersion(client: Client): Promise<number> {
  const version = versions.get(client) ?? askVersion(client);
  versions.set(client, version);
  return version;
}

async function askVersion(client: Client): Promise<number> {
  const { rows } = await client.query<{ server_version_num: string }>("SHOW server_version_num");
  return Number(rows[0]?.server_version_num);
}

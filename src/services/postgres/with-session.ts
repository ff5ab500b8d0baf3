import type { Client } from "pg";
import type { ServiceConnection } from "../../container/service-connection.ts";
import { abortable } from "../../time/abortable.ts";
import type { Identity } from "./postgres-client.ts";
import { connectTo } from "./postgres-client.ts";

/** Which server sessions are with, and what ends them early. */
export interface Sessions {
  /** The server. */
  readonly connection: ServiceConnection;
  /** Ends them. */
  readonly signal: AbortSignal;
}

/** Does `work` in a session of its own, which ends with it, and when the signal aborts. */
export async function withSession<T>(
  { connection, signal }: Sessions,
  identity: Identity,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const client = await connectUnlessAborted({ connection, signal }, identity);
  const close = (): void => {
    void client.end();
  };
  signal.addEventListener("abort", close, { once: true });
  try {
    return await abortable(work(client), signal);
  } finally {
    signal.removeEventListener("abort", close);
    await client.end();
  }
}

/** A connection that comes after nobody waits for it any more is closed: an open one keeps the process alive. */
async function connectUnlessAborted({ connection, signal }: Sessions, identity: Identity): Promise<Client> {
  const connecting = connectTo(connection, identity);
  try {
    return await abortable(connecting, signal);
  } catch (error) {
    connecting.then((client) => client.end()).catch(() => undefined); // Or there is none.
    throw error;
  }
}

import type { ServiceConnection } from "cleanroom-test";

/** What a service answers over a connection of its own: SQL for PostgreSQL, a command for Redis, a path for others. */
export async function query(connection: ServiceConnection, text: string): Promise<unknown> {
  const { host, ports, details } = connection;
  if (ports["5432/tcp"] !== undefined) {
    const { Client } = (await import("pg")).default;
    const { database, username: user, password } = details;
    const client = new Client({ host, port: ports["5432/tcp"], database, user, password });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(text)).rows;
    } finally {
      await client.end();
    }
  }
  if (ports["6379/tcp"] !== undefined) {
    const { Redis } = await import("ioredis");
    // One that was given back may sleep by now: it takes connections and does not answer.
    const limits = { connectTimeout: 5000, commandTimeout: 5000, maxRetriesPerRequest: 0, retryStrategy: () => null };
    const password = details["password"] ?? "";
    const client = new Redis({ host, port: ports["6379/tcp"], password, lazyConnect: true, ...limits });
    client.on("error", () => undefined); // The call that fails says so.
    try {
      await client.connect();
      const [name = "PING", ...words] = text.split(" ");
      return await client.call(name, words);
    } finally {
      client.disconnect();
    }
  }
  return (await fetch(`http://${host}:${ports["8080/tcp"]}${text}`)).status;
}

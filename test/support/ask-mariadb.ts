import { createConnection, type RowDataPacket } from "mysql2/promise";

/** The databases of tests that a MariaDB has, as it says itself; in alphabetical order. */
export async function testDatabases(url: string): Promise<readonly string[]> {
  const connection = await createConnection(url);
  try {
    const [rows] = await connection.query<RowDataPacket[]>("SHOW DATABASES LIKE 'test\\_%'");
    return rows.map((row) => String(Object.values(row)[0])).toSorted();
  } finally {
    await connection.end();
  }
}

/** The address of another database on the same server. */
export function databaseAt(url: string, database: string): string {
  return new URL(`/${database}`, url).href;
}

import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { container, type DividedServer, type Divider } from "cleanroom-test";
import { createConnection, createPool, type Pool, type PoolOptions, type RowDataPacket } from "mysql2/promise";

/** Of a server that only this machine can reach, and that is gone after the tests. */
const PASSWORD = "test";

/** What the migrations are run in, once, and every database of a test is copied from. */
const TEMPLATE = "template";

/** What a test gets. */
export interface Database {
  readonly name: string;
  readonly url: string;
}

/** A MariaDB of which every test has a database of its own, as the migrations left it. */
export function mariadb(image: string, { migrations }: { readonly migrations: string }) {
  const scripts = readdirSync(migrations)
    .toSorted()
    .map((file) => readFileSync(join(migrations, file), "utf8"));
  return container(image, {
    env: { MARIADB_ROOT_PASSWORD: PASSWORD },
    ports: [3306], // Open once the server is initialised: before that, the image keeps it from the network.
    mounts: [{ type: "tmpfs", target: "/var/lib/mysql" }],
    isolation: {
      parts: {
        fingerprint: scripts, // Other migrations are another server.
        prepare: (server) => migrate(server, scripts),
        open: (server) => new Databases(createPool(optionsFor(server))),
        attach: (name, server): Database => {
          return { name, url: `mysql://root:${PASSWORD}@${server.host}:${server.port()}/${name}` };
        },
      },
    },
  });
}

function optionsFor(server: DividedServer): PoolOptions {
  return { host: server.host, port: server.port(), user: "root", password: PASSWORD, multipleStatements: true };
}

async function migrate(server: DividedServer, scripts: readonly string[]): Promise<void> {
  const connection = await createConnection(optionsFor(server));
  try {
    await connection.query(`CREATE DATABASE ${TEMPLATE}; USE ${TEMPLATE}`);
    for (const script of scripts) await connection.query(script);
  } finally {
    await connection.end();
  }
}

/** Copies the template. Cleanroom asks for that ahead of need, in whichever test process is there. */
class Databases implements Divider {
  readonly #pool: Pool;
  #copying: string | undefined;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async make(): Promise<string> {
    const name = `test_${randomBytes(6).toString("hex")}`;
    this.#copying ??= await this.#readTemplate();
    await this.#pool.query(`CREATE DATABASE ${name}; USE ${name}; SET foreign_key_checks = 0; ${this.#copying}`);
    return name;
  }

  async remove(name: string): Promise<void> {
    await this.#pool.query(`DROP DATABASE IF EXISTS ${name}`);
  }

  async list(): Promise<readonly string[]> {
    return this.#column("SHOW DATABASES LIKE 'test\\_%'");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.end();
  }

  /**
   * The statements that make its tables, each followed by one that copies the rows. For tables that were changed often this
   * is faster than to run the migrations again; `CREATE TABLE … LIKE` is faster still, and leaves out foreign keys.
   */
  async #readTemplate(): Promise<string> {
    const tables = await this.#column(`SHOW FULL TABLES FROM ${TEMPLATE} WHERE Table_type = 'BASE TABLE'`);
    const statements = tables.map(async (table) => {
      const [definition] = await this.#column(`SHOW CREATE TABLE ${TEMPLATE}.\`${table}\``, 1);
      return `${definition ?? ""}; INSERT INTO \`${table}\` SELECT * FROM ${TEMPLATE}.\`${table}\`;`;
    });
    return (await Promise.all(statements)).join("\n");
  }

  async #column(query: string, index = 0): Promise<readonly string[]> {
    const [rows] = await this.#pool.query<RowDataPacket[]>(query);
    return rows.map((row) => String(Object.values(row)[index]));
  }
}

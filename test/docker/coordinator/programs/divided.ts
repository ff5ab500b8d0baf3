/**
 * Uses a MariaDB that code of its own divides into databases, as it is told, one word a line: `take` a database, `give` back the
 * one that was taken last, `end`. Says the address of the database. With `STALL` it stops in the middle of the making of a
 * database, and says its name first. `MAX_IDLE` are made ahead. `COORDINATION=in-process` has it share with nobody.
 */
import { randomBytes } from "node:crypto";
import { createInterface } from "node:readline";
import { createPool, type Pool, type RowDataPacket } from "mysql2/promise";
import { CleanroomEnvironment, container, type DividedServer } from "../../../../src/index.ts";

const stalls = process.env["STALL"] !== undefined;
const password = "test";

const db = container("cleanroom-test/mariadb:10.11", {
  env: { MARIADB_ROOT_PASSWORD: password },
  ports: [3306],
  mounts: [{ type: "tmpfs", target: "/var/lib/mysql" }],
  keepAliveMs: Number(process.env["KEEP_ALIVE_MS"] ?? 0),
  isolation: {
    parts: {
      prepare: async (server) => {
        const pool = poolOf(server);
        await pool.query("CREATE DATABASE template; CREATE TABLE template.note (text varchar(10))");
        await pool.end();
      },
      open: (server) => {
        const pool = poolOf(server);
        return {
          maxIdle: Number(process.env["MAX_IDLE"] ?? 2),
          make: async () => {
            const name = `test_${randomBytes(6).toString("hex")}`;
            await pool.query(`CREATE DATABASE ${name}`);
            if (stalls) await stall(name);
            await pool.query(`CREATE TABLE ${name}.note LIKE template.note`);
            return name;
          },
          remove: (name) => pool.query(`DROP DATABASE IF EXISTS ${name}`),
          list: async () => {
            const [rows] = await pool.query<RowDataPacket[]>("SHOW DATABASES LIKE 'test\\_%'");
            return rows.map((row) => String(Object.values(row)[0]));
          },
          [Symbol.asyncDispose]: () => pool.end(),
        };
      },
      attach: (name) => ({ name }),
    },
  },
});

function poolOf(server: DividedServer): Pool {
  return createPool({ host: server.host, port: server.port(), user: "root", password, multipleStatements: true });
}

async function stall(name: string): Promise<never> {
  process.stdout.write(`making ${name}\n`);
  return new Promise(() => undefined);
}

const isAlone = process.env["COORDINATION"] === "in-process";
const config = { services: { db }, ...(isAlone && { coordination: "in-process" as const }) };
const opening = CleanroomEnvironment.open(config, { rootDirectory: process.argv[2] ?? "" });
const taken: AsyncDisposable[] = [];

const words: Readonly<Record<string, () => Promise<string>>> = {
  take: async () => {
    const server = await (await opening).get("db");
    const part = await server.isolate();
    taken.push(part);
    return `mysql://root:${password}@${server.host}:${server.port()}/${part.name}`;
  },
  give: async () => {
    await taken.pop()?.[Symbol.asyncDispose]();
    return "given";
  },
  end: async () => {
    const { errors } = await (await opening).cleanup();
    return `ended ${errors.map(String).join()}`;
  },
};

process.stdout.write("there\n");
for await (const word of createInterface({ input: process.stdin })) {
  try {
    process.stdout.write(`${(await words[word]?.()) ?? ""}\n`);
  } catch (error) {
    process.stdout.write(`failed: ${String(error)}\n`);
  }
}

// What first-query.mjs does, with Testcontainers.
import { readFile } from "node:fs/promises";
import { PostgreSqlContainer } from "@testcontainers/postgresql";
import pg from "pg";

const importedAtMs = performance.now();
const labels = JSON.parse(process.env.BENCH_LABELS);
const container = await new PostgreSqlContainer("cleanroom-test/postgres:15").withLabels(labels).start();
const startedAtMs = performance.now();
const client = new pg.Client(container.getConnectionUri());
await client.connect();
await client.query(await readFile("schema.sql", "utf8"));
const migratedAtMs = performance.now();
await client.query("select * from product");
const answeredAtMs = performance.now();
await client.end();

console.log(
  JSON.stringify([
    { step: "node starts, imports", fromMs: 0, toMs: importedAtMs },
    { step: "container.start()", fromMs: importedAtMs, toMs: startedAtMs },
    { step: "connect, migrations", fromMs: startedAtMs, toMs: migratedAtMs },
    { step: "first query", fromMs: migratedAtMs, toMs: answeredAtMs },
  ]),
);
await container.stop();

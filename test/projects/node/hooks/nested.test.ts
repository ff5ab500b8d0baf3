import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { servicesOf, useServices } from "cleanroom-test/node";
import config from "./cleanroom.config.ts";

const services = useServices(config, "db");
const databases: string[] = [];

beforeEach((t) => {
  databases.push(servicesOf(t, services).db.database);
});

test("a test in a test has parts of its own", async (t) => {
  const { db } = servicesOf(t, services);
  let inner: typeof db | undefined;
  await t.test("as this one has", (t) => {
    inner = servicesOf(t, services).db;
  });
  assert.deepEqual(databases, [db.database, inner?.database]);
  assert.notEqual(db.database, inner?.database);
  assert.equal(services.db, db);
});

test("a test is known behind what another test has begun", async () => {
  await begun();
  assert.equal(services.db.database, databases.at(-1));
});

test("a test is known behind what this one has not begun", async () => {
  await begun();
  assert.equal(services.db.database, databases.at(-1));
});

let beginning: Promise<void> | undefined;

function begun(): Promise<void> {
  beginning ??= new Promise((resolve) => setImmediate(resolve));
  return beginning;
}

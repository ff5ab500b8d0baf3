import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { servicesOf, useServices } from "cleanroom-test/node";
import pg from "pg";
import config from "./cleanroom.config.ts";

const services = useServices(config, "db");
const isOutside = {
  code: "CLEANROOM_LIFECYCLE",
  message: /^db was read outside a test, but each test has one of its own\./,
};
let client: pg.Client;

before(() => assert.throws(() => services.db, isOutside));

beforeEach(async (t) => {
  assert.equal(servicesOf(t, services).db, services.db);
  client = new pg.Client(services.db.connectionString);
  await client.connect();
  await client.query("INSERT INTO note VALUES ('from beforeEach')");
});

// Each connection would tell so, and end the process, if its database were dropped before it has ended.
afterEach(async () => {
  await client.query("SELECT FROM note");
  await client.end();
});

after(() => assert.throws(() => services.db, isOutside));

assert.throws(() => services.db, isOutside);

async function notes(t?: { after(end: () => Promise<void>): void }): Promise<readonly string[]> {
  const own = new pg.Client(services.db.connectionString);
  await own.connect();
  t?.after(() => own.end());
  const { rows } = await own.query<{ text: string }>("SELECT text FROM note");
  if (t === undefined) await own.end();
  return rows.map(({ text }) => text);
}

test("finds what its hook wrote", async (t) => {
  assert.deepEqual(await notes(t), ["from beforeEach"]);
  await client.query("INSERT INTO note VALUES ('from a test')");
});

test("finds nothing of the test before", async (t) => {
  assert.deepEqual(await notes(t), ["from beforeEach"]);
});

describe("a suite", () => {
  beforeEach(async () => {
    await client.query("INSERT INTO note VALUES ('from the suite')");
    assert.equal((await notes()).length, 2);
  });

  describe("in a suite", () => {
    afterEach(async () => {
      assert.equal((await notes()).length, 3);
    });

    test("finds what both hooks wrote", async (t) => {
      assert.deepEqual(await notes(t), ["from beforeEach", "from the suite"]);
      await client.query("INSERT INTO note VALUES ('from a test')");
    });
  });
});

test("a callback is told apart from a promise", (t, done) => {
  const { database } = servicesOf(t, services).db;
  setImmediate(() => {
    assert.match(database, /^test_/);
    done();
  });
});

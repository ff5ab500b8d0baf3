import pg from "pg";
import { describe, expect } from "vitest";
import { postgres } from "../../src/index.ts";
import { testPool } from "../crash/pool-suite.ts";
import { inspect } from "../support/engine.ts";
import { images, test } from "../support/workspace.ts";

// `npm run test:crash` uses more of them.
testPool({ seed: 1, databases: 160 });
testPool({ seed: 2, databases: 160, mode: "reset" });

async function databaseAt(url: string): Promise<unknown> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query("SELECT current_database() AS name")).rows[0];
  } finally {
    await client.end();
  }
}

describe("a database that is kept", () => {
  test("outlives the session, can be looked at meanwhile, and goes with its server in time", async ({ workspace }) => {
    const environment = await workspace.start({ db: postgres(images.postgres), other: postgres(images.postgres) });
    const { db, other } = environment.services;
    const [part, unkept] = [await db.isolate(), await other.isolate()];
    part.keep(2000);
    await Promise.all([part[Symbol.asyncDispose](), unkept[Symbol.asyncDispose]()]);

    const { containers } = await environment.cleanup();

    expect(containers.map(({ name, outcome }) => [name, outcome]).toSorted()).toEqual([
      ["db", "kept"],
      ["other", "stopped"],
    ]);
    expect(await databaseAt(part.url)).toEqual({ name: part.database });
    await expect.poll(() => inspect(db.id), { timeout: 10_000 }).toBeUndefined();
  });

  test("is dropped all the same where nobody would look after it", async ({ workspace }) => {
    const services = { db: postgres(images.postgres, { keepAliveMs: 60_000 }) };
    const environment = await workspace.start(services, { coordination: "in-process" });
    const { db } = environment.services;
    const part = await db.isolate();
    part.keep();
    await part[Symbol.asyncDispose]();

    const { containers } = await environment.cleanup();

    expect(containers.map(({ outcome }) => outcome)).toEqual(["stopped"]);
    expect(await inspect(db.id)).toBeUndefined();
  });
});

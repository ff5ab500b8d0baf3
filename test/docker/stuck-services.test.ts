import { expect } from "vitest";
import { postgres, redis } from "../../src/index.ts";
import { inspect, interfere, removeContainer } from "../support/engine.ts";
import { images, test } from "../support/workspace.ts";

test("a server that hangs does not keep the cleanup from ending, and is gone after it", async ({ workspace }) => {
  const environment = await workspace.start({ db: postgres(images.postgres, { stopGraceMs: 1_000 }) });
  const { db } = environment.services;
  await (await db.isolate())[Symbol.asyncDispose]();
  await interfere(db.id, "pause");
  const isolating = db.isolate().catch((error: unknown) => error);

  const { errors } = await environment.cleanup();

  expect(errors).toMatchObject([{ code: "CLEANROOM_TIMEOUT", details: { operation: "close the connections to db" } }]);
  expect(await inspect(db.id)).toBeUndefined();
  expect(await isolating).toMatchObject({ code: "CLEANROOM_ISOLATION_FAILED" });
});

test("isolating ends with the caller's signal, and the database that still comes of it is dropped", async ({
  workspace,
}) => {
  const environment = await workspace.start({ db: postgres(images.postgres) });
  const { db } = environment.services;
  const abort = new AbortController();
  const reason = new Error("no longer wanted");

  const isolating = db.isolate({ signal: abort.signal });
  abort.abort(reason);

  await expect(isolating).rejects.toBe(reason);
  await using later = await db.isolate(); // Takes its turn after the drop.
  const { stdout } = await db.exec([
    "psql",
    later.url.replace(/@.*\//, "@127.0.0.1:5432/"),
    "-Atc",
    "SELECT count(*) FROM pg_database WHERE datname LIKE 'test!_%' ESCAPE '!'",
  ]);
  expect(stdout.trim()).toBe("1");
});

test("isolating a server that is gone names the service", async ({ workspace }) => {
  const environment = await workspace.start({ db: postgres(images.postgres), cache: redis(images.redis) });
  const { db, cache } = environment.services;
  await Promise.all([removeContainer(db.id), removeContainer(cache.id)]);

  for (const service of [db, cache]) {
    await expect(service.isolate()).rejects.toMatchObject({
      code: "CLEANROOM_ISOLATION_FAILED",
      details: { container: service.name },
    });
  }
});

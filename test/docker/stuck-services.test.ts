import { expect } from "vitest";
import { postgres, redis } from "../../src/index.ts";
import { inspect, interfere, removeContainer } from "../support/engine.ts";
import { images, test } from "../support/workspace.ts";

test("a server that hangs does not keep the cleanup from ending, and is gone after it", async ({ workspace }) => {
  const environment = await workspace.start({ db: postgres(images.postgres, { stopGraceMs: 1_000 }) });
  const { db } = environment.services;
  await (await db.isolate())[Symbol.asyncDispose]();
  await interfere(db.id, "pause");
  // More than are made ahead of need.
  const isolating = Promise.all(Array.from({ length: 20 }, () => db.isolate())).catch((error: unknown) => error);

  const { errors } = await environment.cleanup();

  expect(errors).toEqual([]);
  expect(await inspect(db.id)).toBeUndefined();
  expect(await isolating).toMatchObject({ code: "CLEANROOM_ISOLATION_FAILED", details: { container: "db" } });
});

test("isolating ends with the caller's signal, and whoever comes next is served", async ({ workspace }) => {
  const environment = await workspace.start({ db: postgres(images.postgres) });
  const { db } = environment.services;
  const abort = new AbortController();
  const reason = new Error("no longer wanted");

  const isolating = db.isolate({ signal: abort.signal });
  abort.abort(reason);

  await expect(isolating).rejects.toBe(reason);
  await using later = await db.isolate();
  const address = later.url.replace(/@.*\//, "@127.0.0.1:5432/");
  const { stdout } = await db.exec(["psql", address, "-Atc", "SELECT current_database()"]);
  expect(stdout.trim()).toBe(later.database);
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

import { CleanroomEnvironment, container, http, postgres } from "cleanroom-test";
import { test as base } from "vitest";

// On the network from the start: the applications that depend on it only come with the tests.
const db = postgres("postgres:17-alpine", { migrations: ["sql/*.sql"], network: true });

/** Vitest's `test`, with the application in a container of its own, on a database of its own. */
export const test = base
  .extend("environment", { scope: "file" }, async ({}, { onCleanup }) => {
    const environment = await CleanroomEnvironment.start({ services: { db } }, { rootDirectory: import.meta.dirname });
    onCleanup(() => environment[Symbol.asyncDispose]());
    return environment;
  })
  .extend("app", async ({ environment }, { onCleanup }) => {
    const database = await environment.services.db.isolate();
    const name = `app-${database.database}`;
    onCleanup(async () => {
      await environment.registry.delete(name);
      await database[Symbol.asyncDispose]();
    });
    return environment.getOrCreateContainer(name, () =>
      container("cleanroom-test/orders-app:1", {
        dependsOn: { db },
        env: { DATABASE_URL: database.networkUrl }, // postgres://…@db:5432/…, which only containers can reach.
        ports: [8000],
        health: http({ port: 8000, path: "/health" }),
      }),
    );
  });

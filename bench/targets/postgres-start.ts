import { PostgreSqlContainer } from "@testcontainers/postgresql";
import { postgres } from "cleanroom-test";
import type { CleanroomEnvironment, PostgresContainer } from "cleanroom-test";
import pg from "pg";
import { Wait } from "testcontainers";
import { images } from "../harness/subjects.ts";
import type { Run } from "../harness/target.ts";

/** Starts a server and resolves with how long it took until its first query was answered; then ends it. */
export async function startWithCleanroom(environment: CleanroomEnvironment, { labels, signal }: Run): Promise<number> {
  const startedAtMs = performance.now();
  const create = () => postgres(images.postgres, { labels });
  const server: PostgresContainer = await environment.getOrCreateContainer("db", create, { signal });
  await firstQuery(server.url);
  const tookMs = performance.now() - startedAtMs;
  await environment.registry.delete("db");
  return tookMs;
}

/** The same, with a container of Testcontainers' module. */
export async function startWithTestcontainers(container: PostgreSqlContainer, { labels }: Run): Promise<number> {
  const startedAtMs = performance.now();
  const started = await container.withLabels({ ...labels }).start();
  await firstQuery(started.getConnectionUri());
  const tookMs = performance.now() - startedAtMs;
  await started.stop();
  return tookMs;
}

/** As the module makes it. */
export function defaultContainer(): PostgreSqlContainer {
  return new PostgreSqlContainer(images.postgres);
}

/** With what its users can set: data in memory, nothing flushed, and readiness read from the log. */
export function tunedContainer(): PostgreSqlContainer {
  return new PostgreSqlContainer(images.postgres)
    .withTmpFs({ "/var/lib/postgresql/data": "rw" })
    .withCommand(["postgres", "-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"])
    .withWaitStrategy(Wait.forLogMessage(/database system is ready to accept connections/, 2));
}

async function firstQuery(connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  await client.query("select 1");
  await client.end();
}

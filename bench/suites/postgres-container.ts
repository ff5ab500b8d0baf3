import type { StartedPostgreSqlContainer } from "@testcontainers/postgresql";
import { PostgreSqlContainer } from "@testcontainers/postgresql";
import { Wait } from "testcontainers";

const IMAGE = "cleanroom-test/postgres:15";

/** Testcontainers' Postgres as it comes. */
export function defaultPostgres(): PostgreSqlContainer {
  return new PostgreSqlContainer(IMAGE);
}

/** Testcontainers' Postgres with what its users can set: data in memory, nothing flushed, a log wait, no health check. */
export function tunedPostgres(): PostgreSqlContainer {
  const settings = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"];
  return new PostgreSqlContainer(IMAGE)
    .withTmpFs({ "/var/lib/postgresql/data": "rw" })
    .withCommand(["postgres", ...settings.flatMap((setting) => ["-c", setting])])
    .withHealthCheck({ test: ["CMD", "true"], interval: 3_600_000 }) // Its own runs four times a second, for ever.
    .withWaitStrategy(Wait.forLogMessage("database system is ready to accept connections", 2)); // The first is initdb's.
}

/** Starts the one that the run of the suite asks for. */
export async function startPostgres(): Promise<StartedPostgreSqlContainer> {
  const container = process.env["BENCH_TUNED"] === "yes" ? tunedPostgres() : defaultPostgres();
  return container.withLabels(JSON.parse(process.env["BENCH_LABELS"]!) as Record<string, string>).start();
}

// Gets a container that runs already, by Testcontainers' reuse, says where it is, and ends.
const labels = JSON.parse(process.env.BENCH_LABELS);
if (process.env.BENCH_SERVICE === "redis") {
  const { RedisContainer } = await import("@testcontainers/redis");
  const started = await new RedisContainer("cleanroom-test/redis:7").withLabels(labels).withReuse().start();
  console.log(started.getConnectionUrl());
} else {
  const { PostgreSqlContainer } = await import("@testcontainers/postgresql");
  const container = new PostgreSqlContainer("cleanroom-test/postgres:15").withLabels(labels).withReuse();
  if (process.env.BENCH_TUNED === "yes") {
    const { Wait } = await import("testcontainers");
    container.withWaitStrategy(Wait.forLogMessage("database system is ready to accept connections"));
  }
  console.log((await container.start()).getConnectionUri());
}

// Starts or finds a Postgres, asks it one question, and tells when each step began and ended since this process did.
import { CleanroomEnvironment, postgres } from "cleanroom-test";
import pg from "pg";

const importedAtMs = performance.now();
let ready;
const environment = await CleanroomEnvironment.start(
  {
    services: {
      db: postgres("cleanroom-test/postgres:15", {
        labels: JSON.parse(process.env.BENCH_LABELS),
        migrations: ["schema.sql"],
        keepAliveMs: Number(process.env.BENCH_KEEP_ALIVE_MS),
      }),
    },
    warmImages: true,
  },
  { listeners: { "container:ready": ({ timings }) => (ready = { timings, atMs: performance.now() }) } },
);
const startedAtMs = performance.now();
const database = await environment.services.db.isolate();
const isolatedAtMs = performance.now();
const client = new pg.Client(database.url);
await client.connect();
await client.query("select * from product");
const answeredAtMs = performance.now();
await client.end();

console.log(
  JSON.stringify([
    { step: "node starts, imports", fromMs: 0, toMs: importedAtMs },
    ...startSteps(),
    { step: "a database is handed out", fromMs: startedAtMs, toMs: isolatedAtMs },
    { step: "connect, first query", fromMs: isolatedAtMs, toMs: answeredAtMs },
  ]),
);
await database[Symbol.asyncDispose]();
await environment.cleanup();

/** What a start consists of; finding what runs already is one step. */
function startSteps() {
  if (ready === undefined) return [{ step: "the coordinator says where", fromMs: importedAtMs, toMs: startedAtMs }];
  const { timings, atMs } = ready;
  const steps = [];
  let toMs = atMs;
  for (const [step, tookMs] of [
    ["migrations, template", timings.prepareMs],
    ["it gets ready", timings.waitMs],
    ["container started", timings.startMs],
    ["container created", timings.createMs],
  ]) {
    steps.unshift({ step, fromMs: toMs - tookMs, toMs });
    toMs -= tookMs;
  }
  return [{ step: "plan, coordinator, images", fromMs: importedAtMs, toMs }, ...steps];
}

// One of many that want the same Postgres at the same moment: says how long it waited and whether it was the one to create it.
import { once } from "node:events";
import { CleanroomEnvironment, postgres } from "cleanroom-test";

const labels = JSON.parse(process.env.BENCH_LABELS);
console.log("ready");
await once(process.stdin, "data");
let isCreator = false;
const startedAtMs = performance.now();
const environment = await CleanroomEnvironment.start(
  { services: { db: postgres("cleanroom-test/postgres:15", { labels, migrations: ["migration.sql"] }) } },
  { listeners: { "container:state": ({ to }) => void (isCreator ||= to === "starting") } },
);
const waitedMs = performance.now() - startedAtMs;
console.log(JSON.stringify({ waitedMs, isCreator, id: environment.services.db.id, url: environment.services.db.url }));
await once(process.stdin, "data");
process.stdin.destroy();
await environment.cleanup();

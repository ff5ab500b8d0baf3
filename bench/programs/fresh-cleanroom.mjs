// Gets a service that runs already, says where it is, and ends.
import { CleanroomEnvironment, postgres, redis } from "cleanroom-test";

const labels = JSON.parse(process.env.BENCH_LABELS);
const service =
  process.env.BENCH_SERVICE === "redis"
    ? redis("cleanroom-test/redis:7", { labels })
    : postgres("cleanroom-test/postgres:15", { labels });
const environment = await CleanroomEnvironment.start({ services: { [process.env.BENCH_SERVICE]: service } });
console.log(environment.services[process.env.BENCH_SERVICE].url);
await environment.cleanup();

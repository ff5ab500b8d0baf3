import { testRedisPool } from "../crash/redis-pool-suite.ts";

// `npm run test:crash` uses more of them.
testRedisPool({ seed: 1, databases: 160 });

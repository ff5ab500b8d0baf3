import { testRedisPool } from "./redis-pool-suite.ts";
import { runOptions } from "./support/run-options.ts";

testRedisPool({ seed: runOptions.seed, databases: 1000 });

import type { Target } from "./harness/target.ts";
import { redisStart } from "./targets/p3-redis-start.ts";
import { importCost } from "./targets/p9-import-cost.ts";
import { readinessLag } from "./targets/p10-readiness-lag.ts";
import { singletonHits } from "./targets/p14-singleton-hits.ts";

/** Everything that can be measured, in the order in which it is. */
export const targets: readonly Target[] = [redisStart, importCost, readinessLag, singletonHits];

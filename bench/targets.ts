import type { Target } from "./harness/target.ts";
import { postgresStart } from "./targets/p1-postgres-start.ts";
import { postgresWarmStart } from "./targets/p2-postgres-warm-start.ts";
import { redisStart } from "./targets/p3-redis-start.ts";
import { environmentStart } from "./targets/p4-environment-start.ts";
import { freshProcess } from "./targets/p5-fresh-process.ts";
import { databaseEach } from "./targets/p6-database-each.ts";
import { wholeSuite } from "./targets/p7-whole-suite.ts";
import { suiteOverhead } from "./targets/p8-suite-overhead.ts";
import { importCost } from "./targets/p9-import-cost.ts";
import { readinessLag } from "./targets/p10-readiness-lag.ts";
import { stampede } from "./targets/p11-stampede.ts";
import { killedProcess } from "./targets/p12-killed-process.ts";
import { teardown } from "./targets/p13-teardown.ts";
import { singletonHits } from "./targets/p14-singleton-hits.ts";
import { idleCoordinator } from "./targets/p15-idle-coordinator.ts";
import { supervision } from "./targets/p16-supervision.ts";
import { costCurve } from "./targets/p18-cost-curve.ts";

/** Everything that can be measured, in the order in which it is. */
export const targets: readonly Target[] = [
  postgresStart,
  postgresWarmStart,
  redisStart,
  environmentStart,
  freshProcess,
  databaseEach,
  wholeSuite,
  suiteOverhead,
  importCost,
  readinessLag,
  stampede,
  killedProcess,
  teardown,
  singletonHits,
  idleCoordinator,
  supervision,
  costCurve,
];

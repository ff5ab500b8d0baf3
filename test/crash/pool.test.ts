import { testPool } from "./pool-suite.ts";
import { runOptions } from "./support/run-options.ts";

testPool({ seed: runOptions.seed, databases: 1000 });

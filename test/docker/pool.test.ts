import { testPool } from "../crash/pool-suite.ts";

// `npm run test:crash` uses more of them.
testPool({ seed: 1, databases: 160 });

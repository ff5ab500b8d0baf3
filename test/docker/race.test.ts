import { testRaces } from "../crash/race-suite.ts";

// `npm run test:crash -- --rounds 100` runs more of it.
testRaces({ seed: 1, rounds: 2 });

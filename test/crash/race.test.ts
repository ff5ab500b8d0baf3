import { testRaces } from "./race-suite.ts";
import { runOptions } from "./support/run-options.ts";

testRaces(runOptions);

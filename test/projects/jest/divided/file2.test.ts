import { testParts } from "./test-parts.ts";

testParts(30);

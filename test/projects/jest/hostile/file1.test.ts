import { hostileTests } from "./hostile-tests.ts";

hostileTests(50);

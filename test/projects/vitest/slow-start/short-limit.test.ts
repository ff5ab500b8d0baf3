import { cleanroomTest } from "cleanroom-test/vitest/test";
import config from "./cleanroom.config.ts";

const test = cleanroomTest(config);

test("so does one with a limit of 100 ms", { timeout: 100 }, ({ slow }) => {
  slow.url.trim();
});

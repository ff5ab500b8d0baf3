import { cleanroomTest } from "cleanroom-test/vitest/test";
import config from "./cleanroom.config.ts";

const test = cleanroomTest(config);

test("asks for a service", ({ slow }) => {
  slow.url.trim();
});

test("asks for nothing", () => undefined);

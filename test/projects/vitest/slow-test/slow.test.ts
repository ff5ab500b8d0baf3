import { cleanroomTest } from "cleanroom-test/vitest/test";
import config from "./cleanroom.config.ts";

const test = cleanroomTest(config);

test("takes longer than anybody waits", async ({ web }) => {
  await web.exec(["sleep", "30"]);
});

test("comes after that", ({ web }) => {
  web.url.trim();
});

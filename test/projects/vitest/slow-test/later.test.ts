import { cleanroomTest } from "cleanroom-test/vitest/test";
import config from "./cleanroom.config.ts";

const test = cleanroomTest(config);

test("would start the service anew if it ran after Ctrl-C", ({ web }) => {
  web.url.trim();
});

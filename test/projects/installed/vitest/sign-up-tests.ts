import { cleanroomTest } from "cleanroom-test/vitest/test";
import { describe } from "vitest";
import config from "./cleanroom.config.ts";
import { signUp } from "./sign-up.ts";

const test = cleanroomTest(config);

/** Tests that all sign up the same person. */
export function describeSignUps(): void {
  describe.concurrent("somebody can sign up", () => {
    test.for(["first", "second", "third"])("in the %s test", async (_, { db }) => {
      // With `SHARE_DATABASE` set, all use the server's own database: the control that must conflict.
      const { connectionString } = process.env["SHARE_DATABASE"] === undefined ? db : db.server;
      await signUp(connectionString);
    });
  });
}

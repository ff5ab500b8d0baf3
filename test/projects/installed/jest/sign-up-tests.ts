import { useServices } from "cleanroom-test/jest/test";
import config from "./cleanroom.config";
import { signUp } from "./sign-up";

/** Tests that all sign up the same person. */
export function describeSignUps(): void {
  describe("somebody can sign up", () => {
    const services = useServices(config, "db");

    test.each(["first", "second", "third"])("in the %s test", async () => {
      const { db } = services;
      // With `SHARE_DATABASE` set, all use the server's own database: the control that must conflict.
      const { connectionString } = process.env["SHARE_DATABASE"] === undefined ? db : db.server;
      await signUp(connectionString);
    });
  });
}

import { describe, test } from "node:test";
import { servicesOf, useServices } from "cleanroom-test/node";
import config from "./cleanroom.config.ts";
import { signUp } from "./sign-up.ts";

/** Tests that all sign up the same person. */
export function describeSignUps(): void {
  describe("somebody can sign up", { concurrency: true }, () => {
    const services = useServices(config, "db");

    for (const name of ["first", "second", "third"]) {
      test(`in the ${name} test`, async (t) => {
        const { db } = servicesOf(t, services);
        // With `SHARE_DATABASE` set, all use the server's own database: the control that must conflict.
        const { connectionString } = process.env["SHARE_DATABASE"] === undefined ? db : db.server;
        await signUp(connectionString);
      });
    }
  });
}

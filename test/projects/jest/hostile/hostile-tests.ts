import { beforeEach, test } from "@jest/globals";
import { useServices } from "cleanroom-test/jest/test";
import pg from "pg";
import { visitDatabase } from "../../hostile/visit-database.ts";
import config from "../../vitest/hostile/cleanroom.config.ts";

/** Does, in one database, what would disturb any other test in it; or in the one that all share. */
export function hostileTests(count: number): void {
  const services = useServices(config, "db");
  let client: pg.Client;

  beforeEach(async () => {
    const { db } = services;
    client = new pg.Client(process.env["SHARED"] === "true" ? db.server.url : db.url);
    client.on("error", () => undefined); // Some are left open.
    await client.connect();
  });

  test.each(Array.from({ length: count }, (_, index) => index))("number %i", (index) => visitDatabase(client, index));
}

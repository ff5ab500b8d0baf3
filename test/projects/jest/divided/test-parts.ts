import { beforeEach, describe, test } from "@jest/globals";
import { useServices } from "cleanroom-test/jest/test";
import pg from "pg";
import { lockPart, prepareVisit, visitPart } from "../../hostile/visit-part.ts";
import config from "../../vitest/divided/cleanroom.config.ts";

/** Tests that all expect what the migrations left, and change it. */
export function testParts(count: number): void {
  const services = useServices(config, "db");
  const numbers = Array.from({ length: count }, (_, index) => index);

  /** A client of the test's own part, or of the database that all share: then they get in each other's way. */
  const connect = async (): Promise<pg.Client> => {
    const { db } = services;
    if ("client" in db && process.env["SHARED"] === undefined) return db.client;
    const client = new pg.Client("url" in db && process.env["SHARED"] === undefined ? db.url : db.server.url);
    client.on("error", () => undefined); // It stays open.
    await client.connect();
    return client;
  };

  describe("one after another", () => {
    let client: pg.Client;

    beforeEach(async () => {
      client = await connect();
      await prepareVisit(client);
    });

    test.each(numbers)("number %i", (number) => visitPart(client, number));
  });

  describe("at the same time", () => {
    test.concurrent.each(numbers.slice(0, 5))("number %i", async () => {
      const client = await connect();
      await prepareVisit(client);
      await lockPart(client);
    });
  });
}

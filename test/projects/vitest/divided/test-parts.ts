import { cleanroomTest } from "cleanroom-test/vitest/test";
import pg from "pg";
import { describe } from "vitest";
import { lockPart, prepareVisit, visitPart } from "../../hostile/visit-part.ts";
import config from "./cleanroom.config.ts";

/** A client of the test's own part, or of the database that all share: then they get in each other's way. */
const test = cleanroomTest(config).extend("client", async ({ db }): Promise<pg.Client> => {
  if ("client" in db && process.env["SHARED"] === undefined) return db.client;
  const client = new pg.Client("url" in db && process.env["SHARED"] === undefined ? db.url : db.server.url);
  client.on("error", () => undefined); // It stays open.
  await client.connect();
  return client;
});

/** Tests that all expect what the migrations left, and change it. */
export function testParts(count: number): void {
  const numbers = Array.from({ length: count }, (_, index) => index);

  test.beforeEach(({ client }) => prepareVisit(client));

  test.for(numbers)("number %i", (number, { client }) => visitPart(client, number));

  describe("at the same time", { concurrent: true }, () => {
    test.for(numbers.slice(0, 5))("number %i", (_, { client }) => lockPart(client));
  });
}

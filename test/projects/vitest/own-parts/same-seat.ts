import { appendFileSync } from "node:fs";
import { cleanroomTest } from "cleanroom-test/vitest/test";
import { createConnection } from "mysql2/promise";
import { describe, expect } from "vitest";
import { book, freeSeats } from "../../../../examples/mariadb/src/bookings.ts";
import config from "./cleanroom.config.ts";

const test = cleanroomTest(config);

/** Tests that all book the same seat, at the same time. */
export function describeSameSeat(): void {
  describe.concurrent("the same seat", () => {
    test.for([1, 2, 3, 4, 5])("is free for test %i", async (_, { db }) => {
      appendFileSync(process.env["NOTES"] ?? "", `${db.name}\n`);
      // With `SHARE_DATABASE` set, every test uses what the migrations made: the control that must conflict.
      const url = process.env["SHARE_DATABASE"] === undefined ? db.url : new URL("/template", db.url).href;
      const connection = await createConnection(url);
      try {
        expect(await book(connection, "A1", "Ada")).toBe(1);
        expect(await freeSeats(connection)).toEqual(["A2", "B1"]);
      } finally {
        await connection.end();
      }
    });
  });
}

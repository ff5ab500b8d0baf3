import { describe, expect } from "vitest";
import { book, freeSeats } from "../src/bookings.ts";
import { test } from "./bookings-test.ts";

describe.concurrent("a seat", () => {
  test("that is booked is free no more", async ({ connection }) => {
    expect(await book(connection, "A1", "Ada")).toBe(1);
    expect(await freeSeats(connection)).toEqual(["A2", "B1"]);
  });

  test("is booked once", async ({ connection }) => {
    await book(connection, "A1", "Ada");
    await expect(book(connection, "A1", "Grace")).rejects.toMatchObject({ code: "ER_DUP_ENTRY" });
  });

  test("that is not there cannot be booked", async ({ connection }) => {
    await expect(book(connection, "Z9", "Ada")).rejects.toMatchObject({ code: "ER_NO_REFERENCED_ROW_2" });
  });
});

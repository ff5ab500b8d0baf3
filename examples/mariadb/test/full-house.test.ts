import { expect } from "vitest";
import { book, freeSeats } from "../src/bookings.ts";
import { test } from "./bookings-test.ts";

test("every seat can be booked, whatever other tests have booked", async ({ connection }) => {
  for (const seat of await freeSeats(connection)) await book(connection, seat, "Grace");
  expect(await freeSeats(connection)).toEqual([]);
});

test("the next test finds all of them free", async ({ connection }) => {
  expect(await freeSeats(connection)).toEqual(["A1", "A2", "B1"]);
});

import { expect, test, vi } from "vitest";
import { takePrivateSeat } from "../../../src/environment/private-seat.ts";
import { SeatOnDemand } from "../../../src/environment/seat-on-demand.ts";
import { FakeBackend, ManualClock } from "../../../src/testing/index.ts";

const openSeat = () => Promise.resolve(takePrivateSeat(new FakeBackend(), new ManualClock(), () => undefined));

test("a seat is taken once for all, and again only where that failed", async () => {
  const failure = new Error("no answer");
  const open = vi.fn(openSeat).mockRejectedValueOnce(failure);
  await using seat = new SeatOnDemand(open);

  const first = seat.take();
  const again = first.catch(() => seat.take()); // Before the next one learns that it failed.
  await expect(seat.take()).rejects.toBe(failure);

  expect(await seat.take()).toBe(await again);
  expect(open).toHaveBeenCalledTimes(2);
});

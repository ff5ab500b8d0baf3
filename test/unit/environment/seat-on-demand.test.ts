import { describe, expect, test } from "vitest";
import { SeatOnDemand } from "../../../src/environment/seat-on-demand.ts";
import type { SessionSeat } from "../../../src/environment/session-seat.ts";
import { CoordinatorError, EngineUnavailableError } from "../../../src/index.ts";
import { failureOf } from "../../support/workspace.ts";

const unavailable = new EngineUnavailableError({
  endpoint: "tcp://nowhere",
  origin: "a test",
  reason: "nobody is there",
});

/** Records who took the seat and gave it back; fails as often as it is told first. */
function seats(...failures: readonly Error[]): { readonly ledger: string[]; readonly seat: SeatOnDemand } {
  const ledger: string[] = [];
  const left = [...failures];
  const seat = new SeatOnDemand((sessionId) => {
    ledger.push(`take ${sessionId}`);
    const failure = left.shift();
    if (failure !== undefined) return Promise.reject(failure);
    const taken = { member: { sessionId }, secret: "secret", isOwnSession: true, canKeep: true };
    return Promise.resolve({
      ...taken,
      [Symbol.asyncDispose]: () => Promise.resolve(void ledger.push("leave")),
    } as unknown as SessionSeat);
  }, "session");
  return { ledger, seat };
}

describe("a seat that is taken on demand", () => {
  test("has its session's id before, and nothing else", async () => {
    const { seat, ledger } = seats();

    expect({ id: seat.sessionId, isTaken: seat.isTaken }).toEqual({ id: "session", isTaken: false });
    expect(() => seat.secret).toThrow("A seat was used before it was taken.");
    await seat[Symbol.asyncDispose]();
    expect(ledger).toEqual([]);
  });

  test("is taken once for all who ask, and left once", async () => {
    const { seat, ledger } = seats();

    await Promise.all([seat.take(), seat.take(), seat.tryTake()]);
    expect({ secret: seat.secret, isTaken: seat.isTaken, id: seat.sessionId }).toEqual({
      secret: "secret",
      isTaken: true,
      id: "session",
    });
    await seat[Symbol.asyncDispose]();
    expect(ledger).toEqual(["take session", "leave"]);
  });

  test("is tried again after a failure; that nobody is there may wait, anything else is told at once", async () => {
    const coordinator = new CoordinatorError({ problem: "It does not answer.", log: "" });
    const other = new Error("out of memory");
    const { seat, ledger } = seats(unavailable, coordinator, other);

    await seat.tryTake();
    await seat.tryTake();
    expect(seat.isTaken).toBe(false);
    expect(await failureOf(seat.tryTake())).toBe(other);
    await seat.take();
    expect(ledger).toHaveLength(4);
  });

  test("is not taken any more once it was left", async () => {
    const { seat, ledger } = seats();
    await seat[Symbol.asyncDispose]();

    expect(await failureOf(seat.take())).toMatchObject({ code: "CLEANROOM_LIFECYCLE" });
    expect(ledger).toEqual([]);
  });

  test("is not taken twice when whoever tries again is faster than who hears of the failure", async () => {
    const { seat, ledger } = seats(unavailable);

    const again = seat.take().catch(() => seat.take());
    await expect(seat.take()).rejects.toBe(unavailable);

    expect(await seat.take()).toBe(await again);
    expect(ledger).toHaveLength(2);
  });
});

import { expect, test } from "vitest";
import type { EndEvent, ServiceEvent } from "../../../src/coordinator/coordination.ts";
import { EarlyEvents } from "../../../src/environment/early-events.ts";

function event(serviceId: string, kind: EndEvent["kind"] = "failed"): ServiceEvent {
  return { serviceId, kind, reason: "it ended" };
}

test("what happened to a service is handed out once, in order", () => {
  const early = new EarlyEvents();
  for (const told of [event("a"), event("b"), event("a", "removed")]) early.add(told);

  expect(early.take("a")).toEqual([event("a"), event("a", "removed")]);
  expect(early.take("a")).toEqual([]);
  expect(early.take("b")).toEqual([event("b")]);
});

test("only the last hundred events are kept", () => {
  const early = new EarlyEvents();
  for (let count = 0; count <= 100; count += 1) early.add(event(String(count)));

  expect(early.take("0")).toEqual([]);
  expect(early.take("1")).toEqual([event("1")]);
});

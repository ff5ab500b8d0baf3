import { expect, test } from "vitest";
import { explainTakenPorts, startAttemptsOf, startInRanges } from "../../../src/container/port-ranges.ts";
import type { PortSpec } from "../../../src/index.ts";
import { outcomeOf } from "../support/outcome.ts";
import { refusal } from "../support/starts.ts";

const ranged: PortSpec = { containerPort: 80, protocol: "tcp", hostPort: { from: 7_000, to: 7_002 } };
const fixed: PortSpec = { containerPort: 81, protocol: "tcp", hostPort: 9_000 };
const free: PortSpec = { containerPort: 82, protocol: "tcp" };

/** How often a start is tried that always fails. */
async function attempts(ports: readonly PortSpec[], error: unknown): Promise<number> {
  let made = 0;
  const start = (): Promise<void> => {
    made += 1;
    return Promise.reject(error);
  };
  expect(await outcomeOf(startInRanges(startAttemptsOf(ports), start))).toBe(error);
  return made;
}

test("each port of a range gets its turn, and nothing else is tried twice", async () => {
  const taken = refusal("port-in-use");

  expect(await attempts([ranged, free], taken)).toBe(3);
  expect(await attempts([{ ...ranged, hostPort: { from: 1, to: 60_000 } }], taken)).toBe(32);
  expect(await attempts([fixed, free], taken)).toBe(1);
  expect(await attempts([ranged], refusal("other"))).toBe(1);
});

test("ranges are named where they must be what is taken", () => {
  expect(explainTakenPorts([ranged, free], "no")).toBe("ports 7000 to 7002 of this machine are all taken: no");
  expect(explainTakenPorts([ranged, fixed], "no")).toBe("no");
  expect(explainTakenPorts([free], "no")).toBe("no");
});

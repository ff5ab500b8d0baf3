import { expect, test } from "vitest";
import { openTelemetry } from "../../../src/integrations/opentelemetry/open-telemetry.ts";
import { EnvironmentRecord } from "../../../src/metrics/environment-record.ts";
import { ManualClock } from "../../../src/testing/index.ts";

test("OpenTelemetry is told of every event that an environment counts", () => {
  const counted = new Set<string>();
  const on = (name: string): (() => void) => {
    counted.add(name);
    return () => undefined;
  };
  new EnvironmentRecord({ on }, new ManualClock());

  expect(Object.keys(openTelemetry().listeners)).toEqual(expect.arrayContaining([...counted]));
});

import type { EnvironmentMetrics } from "../environment-metrics.ts";
import type { Family } from "./exposition.ts";
import { expositionOf } from "./exposition.ts";
import { serviceFamilies, summaryFamilies } from "./service-families.ts";

/** What `environment.metrics()` tells, in the text format of Prometheus. */
export function prometheusText({ services, measurements, starts, events }: EnvironmentMetrics): string {
  const labelled = Object.entries(services).map(([service, metrics]) => ({ labels: { service }, metrics }));
  const measured = Object.entries(measurements).map(([name, timings]) => ({ labels: { name }, timings }));
  const lastOf = new Map(starts.map((start) => [start.name, start]));
  const eventCounts: Family = {
    ...{ name: "cleanroom_events_total", type: "counter", help: "How often something happened to services." },
    samples: Object.entries(events).map(([event, value]) => ({ labels: { event }, value })),
  };
  const lastStarts: Family = {
    ...{ name: "cleanroom_last_start_duration_seconds", type: "gauge", help: "How long the last start took." },
    samples: [...lastOf.values()].map(({ name: service, outcome, durationMs }) => {
      return { labels: { service, outcome }, value: durationMs / 1_000 };
    }),
  };
  return expositionOf([
    ...serviceFamilies(labelled),
    ...summaryFamilies("cleanroom_measurement", "what measure() has timed", measured),
    lastStarts,
    eventCounts,
  ]);
}

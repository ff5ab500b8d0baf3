import { XMLParser } from "fast-xml-parser";
import { expect, test } from "vitest";
import type { EnvironmentMetrics, Timings } from "../../../src/index.ts";
import { junitXml, prometheusText } from "../../../src/index.ts";
import { parsePrometheus, valueOf } from "../../support/prometheus.ts";

const timings: Timings = {
  ...{ count: 4, failures: 1, totalMs: 100, meanMs: 25, minMs: 10, maxMs: 40 },
  ...{ p50Ms: 20, p95Ms: 40, p99Ms: 40, perSecond: 8 },
};

const metrics: EnvironmentMetrics = {
  atMs: 10_000,
  services: {
    db: {
      name: "db",
      atMs: 10_000,
      container: {
        ...{ id: "1", atMs: 10_000, startedAtMs: 4_000, uptimeMs: 6_000 },
        cpu: { usedCores: 0.5, usedMs: 3_000 },
        memory: { workingSetBytes: 1_000_000 },
        disk: {},
      },
      health: {
        ...{ status: "healthy", checks: 7, failures: 2 },
        readiness: { status: "healthy", checks: 7, failures: 2, timeInMs: { healthy: 5_000, unhealthy: 500 } },
      },
      performance: {
        probes: timings,
        traffic: {
          ...{ latency: timings, responseTime: timings, connections: 3, failedConnections: 1 },
          ...{ sentBytes: 10, receivedBytes: 20, bytesPerSecond: 30 },
        },
      },
    },
    api: { name: "api", atMs: 10_000, health: { status: "unknown", checks: 0, failures: 0 }, performance: {} },
  },
  measurements: { 'check\\out "fast"\n': timings },
  starts: [
    {
      ...{ name: "db", outcome: "ready", atMs: 5_000, durationMs: 1_500, attempts: 2, isWarm: true, isRenewed: false },
      timings: { pullMs: 0, createMs: 100, startMs: 200, waitMs: 1_000, prepareMs: 200, totalMs: 1_500 },
    },
    { name: "<api>", outcome: "failed", atMs: 6_000, durationMs: 500, error: 'It said "no"\n& ended.\u0000' },
  ],
  events: { "container:ready": 1, "start:failed": 1 },
};

test("the text for Prometheus has every number, in base units, of whatever is known", () => {
  const families = parsePrometheus(prometheusText(metrics));

  const of = (name: string, labels: Readonly<Record<string, string>> = { service: "db" }): number =>
    valueOf(families, name, labels);
  expect(of("cleanroom_container_uptime_seconds")).toBe(6);
  expect(of("cleanroom_container_cpu_seconds_total")).toBe(3);
  expect(of("cleanroom_container_memory_working_set_bytes")).toBe(1_000_000);
  expect(of("cleanroom_health_checks_total", { service: "db", check: "readiness" })).toBe(7);
  expect(of("cleanroom_health_check_failures_total")).toBe(2);
  expect(of("cleanroom_health_status", { service: "db", status: "healthy" })).toBe(1);
  expect(of("cleanroom_health_status_seconds_total", { service: "db", status: "unhealthy" })).toBe(0.5);
  expect(of("cleanroom_response_duration_seconds", { service: "db", quantile: "0.95" })).toBe(0.04);
  expect(of("cleanroom_response_duration_seconds_sum")).toBe(0.1);
  expect(of("cleanroom_response_failures_total")).toBe(1);
  expect(of("cleanroom_proxy_connections_total")).toBe(3);
  expect(of("cleanroom_measurement_duration_seconds_count", { name: 'check\\out "fast"\n' })).toBe(4);
  expect(of("cleanroom_last_start_duration_seconds", { service: "db", outcome: "ready" })).toBe(1.5);
  expect(of("cleanroom_events_total", { event: "start:failed" })).toBe(1);
  const names = families.map(({ name }) => name);
  expect(names).not.toContain("cleanroom_container_memory_limit_bytes");
  expect(new Set(names).size).toBe(names.length);
});

test("the text of a metric is a line of help, a line with its type, and a line for each value", () => {
  const text = prometheusText({ ...metrics, services: {}, measurements: {}, starts: [] });

  expect(text).toBe(
    [
      "# HELP cleanroom_events_total How often something happened to services.",
      "# TYPE cleanroom_events_total counter",
      'cleanroom_events_total{event="container:ready"} 1',
      'cleanroom_events_total{event="start:failed"} 1',
      "",
    ].join("\n"),
  );
});

test("a JUnit report has a test case for each start, which failed when that did, with the time of each step", () => {
  const parser = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: "", htmlEntities: true });

  const { testsuites } = parser.parse(junitXml(metrics)) as {
    readonly testsuites: { readonly testsuite: Readonly<Record<string, unknown>> };
  };

  expect(testsuites.testsuite).toMatchObject({
    ...{ name: "cleanroom", tests: "2", failures: "1", time: "2.000" },
    properties: { property: expect.arrayContaining([{ name: 'check\\out "fast"\n.p95Ms', value: "40" }]) as unknown },
  });
  const [ready, failed] = testsuites.testsuite["testcase"] as readonly unknown[];
  expect(ready).toMatchObject({
    ...{ classname: "cleanroom", name: "start db", time: "1.500" },
    properties: {
      property: [
        { name: "pullMs", value: "0" },
        { name: "createMs", value: "100" },
        { name: "startMs", value: "200" },
        { name: "waitMs", value: "1000" },
        { name: "prepareMs", value: "200" },
        { name: "attempts", value: "2" },
        { name: "warm", value: "true" },
      ],
    },
  });
  expect(failed).toMatchObject({ name: "start <api>", failure: { message: 'It said "no"\n& ended.\uFFFD' } });
});

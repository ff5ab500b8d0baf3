import { SpanStatusCode } from "@opentelemetry/api";
import type { MetricData } from "@opentelemetry/sdk-metrics";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { expect } from "vitest";
import { container } from "../../src/index.ts";
import { openTelemetry } from "../../src/integrations/opentelemetry/open-telemetry.ts";
import * as engine from "../support/engine.ts";
import { failureOf, images, test as base } from "../support/workspace.ts";

/** The real SDK, which keeps what it is told. */
const test = base.extend("sdk", async ({}, { onCleanup }) => {
  const spans = new InMemorySpanExporter();
  const exported = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: exported, exportIntervalMillis: 600_000 });
  const tracers = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] });
  const meters = new MeterProvider({ readers: [reader] });
  onCleanup(async () => {
    await meters.shutdown();
    await tracers.shutdown();
  });
  return {
    telemetry: openTelemetry({ tracer: tracers.getTracer("test"), meter: meters.getMeter("test") }),
    spans,
    collect: async (): Promise<readonly MetricData[]> => {
      await reader.forceFlush();
      return exported
        .getMetrics()
        .at(-1)!
        .scopeMetrics.flatMap(({ metrics }) => metrics);
    },
  };
});

test("OpenTelemetry gets a span for each start, with its steps inside, and for one that failed its error", async ({
  workspace,
  sdk: { telemetry, spans },
}) => {
  const web = container(images.service, { ports: [8080] });
  const environment = await workspace.start({ web }, { listeners: telemetry.listeners });
  const bad = container(images.service, { ports: [8080], command: ["sh", "-c", "exit 3"] });
  const error = (await failureOf(environment.getOrCreateContainer("bad", () => bad))) as Error;

  const finished = spans.getFinishedSpans();
  const started = finished.find(({ name }) => name === "start web")!;
  const { id } = environment.services.web;
  expect(started.attributes).toEqual({ service: "web", "container.id": id, attempts: 1, warm: false });
  const steps = finished.filter(({ parentSpanContext }) => parentSpanContext?.spanId === started.spanContext().spanId);
  expect(steps.map(({ name }) => name)).toEqual(["pull", "create", "start", "wait", "prepare"]);
  const engineStartedAtMs = Date.parse((await engine.inspectExisting(id)).State.StartedAt);
  expect(millisecondsOf(started.startTime)).toBeLessThanOrEqual(engineStartedAtMs);
  expect(millisecondsOf(started.endTime)).toBeGreaterThanOrEqual(engineStartedAtMs);

  const failed = finished.find(({ name }) => name === "start bad")!;
  expect(failed.status).toEqual({ code: SpanStatusCode.ERROR, message: error.message });
});

test("OpenTelemetry's meters get what services use whenever they collect, until that is ended", async ({
  workspace,
  sdk: { telemetry, collect },
}) => {
  const web = container(images.service, { ports: [8080] });
  const environment = await workspace.start({ web }, { listeners: telemetry.listeners });
  const observation = telemetry.observe(environment);

  const collected = await collect();
  const startedAtMs = Date.parse((await engine.inspectExisting(environment.services.web.id)).State.StartedAt);

  const uptime = collected.find(({ descriptor }) => descriptor.name === "cleanroom.container.uptime")!;
  expect(uptime.dataPoints).toMatchObject([{ attributes: { service: "web" } }]);
  expect(Math.abs(Number(uptime.dataPoints[0]!.value) * 1_000 - (Date.now() - startedAtMs))).toBeLessThan(1_000);
  const starts = collected.find(({ descriptor }) => descriptor.name === "cleanroom.start.duration")!;
  expect(starts.dataPoints).toMatchObject([{ attributes: { service: "web", outcome: "ready" }, value: { count: 1 } }]);
  const events = collected.find(({ descriptor }) => descriptor.name === "cleanroom.events")!;
  expect(events.dataPoints).toMatchObject([{ attributes: { event: "container:ready", service: "web" }, value: 1 }]);

  observation[Symbol.dispose]();
  const later = (await collect()).find(({ descriptor }) => descriptor.name === "cleanroom.container.uptime")!;
  expect(later.dataPoints[0]!.value).toBe(uptime.dataPoints[0]!.value); // The SDK goes on telling what it was told last.
});

function millisecondsOf([seconds, nanoseconds]: readonly [number, number]): number {
  return seconds * 1_000 + nanoseconds / 1_000_000;
}

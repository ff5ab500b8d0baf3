import type { Meter, Tracer } from "@opentelemetry/api";
import { metrics, trace } from "@opentelemetry/api";
import type { CleanroomEnvironment, CountedEvent, Listeners } from "../../index.ts";
import { observe } from "./observe.ts";
import { StartSpans } from "./start-spans.ts";

/** Whom telemetry is told. */
export interface OpenTelemetryOptions {
  /**
   * Told a span for each start, with one for each of its steps.
   * @default the global one of the name `cleanroom-test`
   */
  readonly tracer?: Tracer;
  /**
   * Told durations of starts, counts of events, and what services use.
   * @default the global one of the name `cleanroom-test`
   */
  readonly meter?: Meter;
}

/** Tells OpenTelemetry of an environment. It only listens. */
export interface EnvironmentTelemetry {
  /** For the option `listeners` of `CleanroomEnvironment.start` and `open`: tells of starts and events, from the very first. */
  readonly listeners: Listeners;
  /**
   * Has every collection of metrics ask the environment how its services are and what they use. Whoever calls it disposes what is
   * returned before the environment is cleaned up.
   */
  observe(environment: Pick<CleanroomEnvironment, "metrics">): Disposable;
}

const NAME = "cleanroom-test";

/** Tells OpenTelemetry, through `@opentelemetry/api`, what happens to services. Without an SDK that is set up, nobody hears it. */
export function openTelemetry({
  tracer = trace.getTracer(NAME),
  meter = metrics.getMeter(NAME),
}: OpenTelemetryOptions = {}): EnvironmentTelemetry {
  const spans = new StartSpans(tracer);
  const durations = meter.createHistogram("cleanroom.start.duration", {
    ...{ unit: "s", description: "How long a service took to start." },
  });
  const events = meter.createCounter("cleanroom.events", { description: "How often something happened to services." });
  const count = (event: CountedEvent, service: string): void => {
    events.add(1, { event, service });
  };
  return {
    listeners: {
      "container:state": (event) => {
        spans.noteState(event);
      },
      "container:ready": (event) => {
        count("container:ready", event.name);
        durations.record(event.timings.totalMs / 1_000, { service: event.name, outcome: "ready" });
        spans.tellReady(event);
      },
      "start:failed": (event) => {
        count("start:failed", event.name);
        durations.record(event.durationMs / 1_000, { service: event.name, outcome: "failed" });
        spans.tellFailure(event);
      },
      "container:removed": ({ name }) => {
        count("container:removed", name);
      },
      "container:restarted": ({ name }) => {
        count("container:restarted", name);
      },
      "container:out-of-memory": ({ name }) => {
        count("container:out-of-memory", name);
      },
      "resource:exceeded": ({ name }) => {
        count("resource:exceeded", name);
      },
      "reset:failed": ({ name }) => {
        count("reset:failed", name);
      },
      "recovery:retry": ({ name }) => {
        count("recovery:retry", name);
      },
      "recovery:fallback": ({ name }) => {
        count("recovery:fallback", name);
      },
    },
    observe: (environment) => observe(environment, meter),
  };
}

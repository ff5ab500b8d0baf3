import type { Tracer } from "@opentelemetry/api";
import { context, SpanStatusCode, trace } from "@opentelemetry/api";
import type { ReadyEvent, StartFailedEvent, StartTimings, StateEvent } from "../../index.ts";

/** The steps of a start, in their order. */
const steps: readonly (readonly [name: string, field: keyof StartTimings])[] = [
  ["pull", "pullMs"],
  ["create", "createMs"],
  ["start", "startMs"],
  ["wait", "waitMs"],
  ["prepare", "prepareMs"],
];

/** Tells a span for each start, once that has ended: only then is it known where the time went. */
export class StartSpans {
  readonly #tracer: Tracer;
  readonly #readyAtMs = new Map<string, number>();

  constructor(tracer: Tracer) {
    this.#tracer = tracer;
  }

  /** Takes note of when a container became ready. */
  noteState({ id, to, atMs }: StateEvent): void {
    if (to === "ready") this.#readyAtMs.set(id, atMs);
  }

  /** Tells a start that succeeded, and each of its steps. */
  tellReady({ name, id, timings, attempts, isWarm }: ReadyEvent): void {
    const endedAtMs = this.#readyAtMs.get(id);
    this.#readyAtMs.delete(id);
    if (endedAtMs === undefined) return;
    const attributes = { service: name, "container.id": id, attempts, warm: isWarm };
    let atMs = endedAtMs - timings.totalMs;
    const span = this.#tracer.startSpan(`start ${name}`, { startTime: atMs, attributes });
    const inside = trace.setSpan(context.active(), span);
    for (const [step, field] of steps) {
      const child = this.#tracer.startSpan(step, { startTime: atMs, attributes: { service: name } }, inside);
      atMs += timings[field];
      child.end(atMs);
    }
    span.end(endedAtMs);
  }

  /** Tells a start that failed. */
  tellFailure({ name, atMs, durationMs, error }: StartFailedEvent): void {
    const span = this.#tracer.startSpan(`start ${name}`, {
      startTime: atMs - durationMs,
      attributes: { service: name },
    });
    const message = error instanceof Object && "message" in error ? String(error.message) : String(error);
    span.recordException({ message }, atMs);
    span.setStatus({ code: SpanStatusCode.ERROR, message });
    span.end(atMs);
  }
}

import type { BatchObservableResult, Meter, Observable } from "@opentelemetry/api";
import type { CleanroomEnvironment, ServiceMetrics } from "../../index.ts";

/** A number of a service: what it is called, its unit, whether it only grows, and where it is found. */
type Observed = readonly [
  name: string,
  unit: string,
  isCounter: boolean,
  valueOf: (metrics: ServiceMetrics) => number | undefined,
];

const observed: readonly Observed[] = [
  ["cleanroom.container.uptime", "s", false, ({ container }) => inSeconds(container?.uptimeMs)],
  ["cleanroom.container.cpu.time", "s", true, ({ container }) => inSeconds(container?.cpu.usedMs)],
  ["cleanroom.container.memory.working_set", "By", false, ({ container }) => container?.memory.workingSetBytes],
  ["cleanroom.container.network.received", "By", true, ({ container }) => container?.network?.receivedBytes],
  ["cleanroom.container.network.sent", "By", true, ({ container }) => container?.network?.sentBytes],
  ["cleanroom.health.checks", "{check}", true, ({ health }) => health.checks],
  ["cleanroom.health.check_failures", "{check}", true, ({ health }) => health.failures],
  ["cleanroom.response.p95", "s", false, ({ performance }) => inSeconds(performance.traffic?.responseTime?.p95Ms)],
];

/** Has every collection of a meter ask an environment, once for all numbers. Disposing ends that. */
export function observe(environment: Pick<CleanroomEnvironment, "metrics">, meter: Meter): Disposable {
  const instruments = observed.map(([name, unit, isCounter, valueOf]) => {
    const instrument: Observable = isCounter
      ? meter.createObservableCounter(name, { unit })
      : meter.createObservableGauge(name, { unit });
    return { instrument, valueOf };
  });
  const tell = async (result: BatchObservableResult): Promise<void> => {
    const { services } = await environment.metrics();
    for (const [service, metrics] of Object.entries(services)) {
      for (const { instrument, valueOf } of instruments) {
        const value = valueOf(metrics);
        if (value !== undefined) result.observe(instrument, value, { service });
      }
    }
  };
  const all = instruments.map(({ instrument }) => instrument);
  meter.addBatchObservableCallback(tell, all);
  return {
    [Symbol.dispose]: () => {
      meter.removeBatchObservableCallback(tell, all);
    },
  };
}

function inSeconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1_000;
}

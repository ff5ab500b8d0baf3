import type {
  CheckMetrics,
  ContainerMetrics,
  PerformanceMetrics,
  ServiceMetrics,
  TrafficMetrics,
} from "../service-metrics.ts";
import type { Timings } from "../timings.ts";
import type { Family, Sample } from "./exposition.ts";

/** A service's metrics, and what tells it from other services. */
export interface LabelledMetrics {
  /** What tells it apart, such as `service`. */
  readonly labels: Readonly<Record<string, string>>;
  /** What is known of it. */
  readonly metrics: ServiceMetrics;
}

const SECOND = 1_000;
const QUANTILES = [
  ["0.5", "p50Ms"],
  ["0.95", "p95Ms"],
  ["0.99", "p99Ms"],
] as const;

/** A number of a container: what it is called, what it is, and where it is found. Absent where it is not known. */
type ContainerValue = readonly [
  name: string,
  type: "gauge" | "counter",
  help: string,
  valueOf: (container: ContainerMetrics) => number | undefined,
];

const containerValues: readonly ContainerValue[] = [
  ["start_time_seconds", "gauge", "When it started, since the epoch.", (c) => c.startedAtMs / SECOND],
  ["uptime_seconds", "gauge", "How long ago it started.", (c) => c.uptimeMs / SECOND],
  ["cpu_seconds_total", "counter", "Processor time that it has used.", (c) => c.cpu.usedMs / SECOND],
  ["cpu_limit_cores", "gauge", "The most cores that it may use.", (c) => c.cpu.limitCores],
  ["memory_working_set_bytes", "gauge", "What it holds in memory.", (c) => c.memory.workingSetBytes],
  ["memory_peak_bytes", "gauge", "The most it has held in memory.", (c) => c.memory.peakBytes],
  ["memory_limit_bytes", "gauge", "The most it may hold in memory.", (c) => c.memory.limitBytes],
  ["disk_read_bytes_total", "counter", "What disks have read for it.", (c) => c.disk.readBytes],
  ["disk_written_bytes_total", "counter", "What disks have written for it.", (c) => c.disk.writtenBytes],
  ["tmpfs_bytes", "gauge", "What it holds in directories that are in memory.", (c) => c.disk.tmpfsBytes],
  ["network_received_bytes_total", "counter", "What it has received.", (c) => c.network?.receivedBytes],
  ["network_sent_bytes_total", "counter", "What it has sent.", (c) => c.network?.sentBytes],
  ["processes", "gauge", "Its processes and threads.", (c) => c.pids?.current],
];

/** A number of a service's traffic. */
type TrafficValue = readonly [name: string, help: string, valueOf: (traffic: TrafficMetrics) => number];

const trafficValues: readonly TrafficValue[] = [
  ["connections_total", "Connections through proxies.", (t) => t.connections],
  ["failed_connections_total", "Connections through proxies that failed.", (t) => t.failedConnections],
  ["sent_bytes_total", "What clients have sent through proxies.", (t) => t.sentBytes],
  ["received_bytes_total", "What the service has answered through proxies.", (t) => t.receivedBytes],
];

/** What is timed of a service. */
type ServiceTimings = readonly [
  prefix: string,
  what: string,
  timingsOf: (performance: PerformanceMetrics) => Timings | undefined,
];

const timingsOfServices: readonly ServiceTimings[] = [
  ["cleanroom_probe", "probes that watch it", ({ probes }) => probes],
  ["cleanroom_response", "requests through proxies until they were answered", ({ traffic }) => traffic?.responseTime],
  ["cleanroom_latency", "requests through proxies until their answer began", ({ traffic }) => traffic?.latency],
];

/** The metrics of services. */
export function serviceFamilies(services: readonly LabelledMetrics[]): readonly Family[] {
  return [
    ...containerValues.map(([name, type, help, valueOf]) => {
      const samples = services.flatMap(({ labels, metrics: { container } }) =>
        valueSample(labels, container === undefined ? undefined : valueOf(container)),
      );
      return { name: `cleanroom_container_${name}`, type, help, samples };
    }),
    ...healthFamilies(services),
    ...timingsOfServices.flatMap(([prefix, what, timingsOf]) =>
      summaryFamilies(
        prefix,
        what,
        services.map(({ labels, metrics: { performance } }) => ({ labels, timings: timingsOf(performance) })),
      ),
    ),
    ...trafficValues.map(([name, help, valueOf]): Family => {
      const samples = services.flatMap(({ labels, metrics: { performance } }) =>
        valueSample(labels, performance.traffic && valueOf(performance.traffic)),
      );
      return { name: `cleanroom_proxy_${name}`, type: "counter", help, samples };
    }),
  ];
}

/** How long something took, as a summary, and how often it failed. */
export function summaryFamilies(
  prefix: string,
  what: string,
  timed: readonly { readonly labels: LabelledMetrics["labels"]; readonly timings: Timings | undefined }[],
): readonly Family[] {
  const name = `${prefix}_duration_seconds`;
  const failures = `${prefix}_failures_total`;
  return [
    {
      ...{ name, help: `How long it took: ${what}.`, type: "summary" },
      samples: timed.flatMap(({ labels, timings }) => (timings === undefined ? [] : summaryOf(labels, timings))),
    },
    {
      ...{ name: failures, help: `How often it failed: ${what}.`, type: "counter" },
      samples: timed.flatMap(({ labels, timings }) => valueSample(labels, timings?.failures)),
    },
  ];
}

function summaryOf(labels: LabelledMetrics["labels"], timings: Timings): readonly Sample[] {
  return [
    ...QUANTILES.map(([quantile, field]) => ({ labels: { ...labels, quantile }, value: timings[field] / SECOND })),
    { labels, value: timings.totalMs / SECOND, suffix: "_sum" },
    { labels, value: timings.count, suffix: "_count" },
  ];
}

function healthFamilies(services: readonly LabelledMetrics[]): readonly Family[] {
  const checks = services.flatMap(({ labels, metrics: { health } }) =>
    (["readiness", "liveness"] as const).flatMap((check) => {
      const metrics = health[check];
      return metrics === undefined ? [] : [{ labels: { ...labels, check }, metrics }];
    }),
  );
  const each = (valueOf: (metrics: CheckMetrics) => number): readonly Sample[] =>
    checks.map(({ labels, metrics }) => ({ labels, value: valueOf(metrics) }));
  return [
    {
      ...{ name: "cleanroom_health_status", type: "gauge", help: "1 for the status that its probe tells now." },
      samples: checks.map(({ labels, metrics: { status } }) => ({ labels: { ...labels, status }, value: 1 })),
    },
    {
      ...{ name: "cleanroom_health_checks_total", type: "counter", help: "How often its probe was tried." },
      samples: each(({ checks: count }) => count),
    },
    {
      ...{ name: "cleanroom_health_check_failures_total", type: "counter", help: "How often its probe failed." },
      samples: each(({ failures }) => failures),
    },
    {
      ...{ name: "cleanroom_health_status_seconds_total", type: "counter", help: "How long it has had each status." },
      samples: checks.flatMap(({ labels, metrics: { timeInMs } }) =>
        Object.entries(timeInMs).map(([status, ms]) => ({ labels: { ...labels, status }, value: ms / SECOND })),
      ),
    },
  ];
}

function valueSample(labels: LabelledMetrics["labels"], value: number | undefined): readonly Sample[] {
  return value === undefined ? [] : [{ labels, value }];
}

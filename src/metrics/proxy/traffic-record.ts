import type { Clock } from "../../time/clock.ts";
import type { TrafficMetrics } from "../service-metrics.ts";
import type { TimedRun } from "../timings.ts";
import { TimingRecord } from "../timings.ts";

/** A request and its answer. */
export interface Exchange {
  /** When the first byte of the request came, in milliseconds since the epoch. */
  readonly beganAtMs: number;
  /** When the first byte of the answer came, in milliseconds since the epoch. */
  readonly answeredAtMs: number;
  /** When the last byte of the answer came, in milliseconds since the epoch. */
  readonly endedAtMs: number;
  /** Whether the service says that it failed, or it was never answered. */
  readonly hasFailed: boolean;
}

/** Who watches a connection that is open. */
export interface OpenConnection {
  /** The exchange that is under way, where its answer has begun: as far as bytes can tell, it may be complete. */
  readonly answered: Exchange | undefined;
}

/** Remembers what went through proxies. */
export class TrafficRecord {
  readonly #clock: Clock;
  readonly #latency = new TimingRecord();
  readonly #responseTime = new TimingRecord();
  readonly #open = new Set<OpenConnection>();
  #connections = 0;
  #failedConnections = 0;
  #sentBytes = 0;
  #receivedBytes = 0;
  #firstAtMs: number | undefined;
  #lastAtMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What went through so far; nothing before the first connection. */
  get metrics(): TrafficMetrics | undefined {
    if (this.#firstAtMs === undefined) return undefined;
    // They are only looked at: what is still under way is noted once it is over, however often it is asked about.
    const answered = [...this.#open].flatMap((connection) => connection.answered ?? []);
    const latency = this.#latency.with(answered.map(untilAnswered)).timings;
    const responseTime = this.#responseTime.with(answered).timings;
    const [sentBytes, receivedBytes] = [this.#sentBytes, this.#receivedBytes];
    const spanMs = this.#lastAtMs - this.#firstAtMs;
    return {
      ...(latency !== undefined && { latency }),
      ...(responseTime !== undefined && { responseTime }),
      ...{ connections: this.#connections, failedConnections: this.#failedConnections },
      ...{ sentBytes, receivedBytes },
      bytesPerSecond: spanMs > 0 ? ((sentBytes + receivedBytes) * 1_000) / spanMs : 0,
    };
  }

  /** Notes a connection, and asks it for what it knows until it is closed. Returns what closes it. */
  noteOpen(connection: OpenConnection): () => void {
    this.#connections += 1;
    this.#firstAtMs ??= this.#clock.now();
    this.#open.add(connection);
    return () => void this.#open.delete(connection);
  }

  /** Notes that a connection failed. */
  noteFailure(): void {
    this.#failedConnections += 1;
  }

  /** Notes bytes of a client. */
  noteSent(bytes: number): void {
    this.#sentBytes += bytes;
    this.#lastAtMs = this.#clock.now();
  }

  /** Notes bytes of the service. */
  noteReceived(bytes: number): void {
    this.#receivedBytes += bytes;
    this.#lastAtMs = this.#clock.now();
  }

  /** Notes a request and its answer. */
  noteExchange(exchange: Exchange): void {
    this.#latency.add(untilAnswered(exchange));
    this.#responseTime.add(exchange);
  }
}

function untilAnswered({ beganAtMs, answeredAtMs, hasFailed }: Exchange): TimedRun {
  return { beganAtMs, endedAtMs: answeredAtMs, hasFailed };
}

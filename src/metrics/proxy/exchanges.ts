import type { Clock } from "../../time/clock.ts";
import type { Exchange, OpenConnection, TrafficRecord } from "./traffic-record.ts";

/** How an HTTP/1 answer begins. */
const STATUS_LINE = /^HTTP\/1\.[01] (\d{3})/;
const STATUS_LINE_LENGTH = 12;
const SWITCHING_PROTOCOLS = 101;
const FIRST_FINAL_STATUS = 200;
const FIRST_SERVER_ERROR = 500;

/** An exchange that is under way. */
type OpenExchange = Pick<Exchange, "beganAtMs"> & Partial<Exchange>;

/**
 * Makes exchanges out of the bytes of one connection, whatever protocol they are of: what a client sends is a request until the
 * service answers, and what the service sends is the answer until the client sends again. Of HTTP/1, an interim answer such as
 * 100 is none, and one from 500 on is a failure.
 */
export class Exchanges implements OpenConnection {
  readonly #record: TrafficRecord;
  readonly #clock: Clock;
  #current: OpenExchange | undefined;

  constructor(record: TrafficRecord, clock: Clock) {
    this.#record = record;
    this.#clock = clock;
  }

  /** Takes note of bytes of the client. */
  noteRequest(): void {
    this.settle();
    this.#current ??= { beganAtMs: this.#clock.now() };
  }

  /** Takes note of bytes of the service. */
  noteAnswer(chunk: Buffer): void {
    if (this.#current === undefined) return; // It speaks first, as some do that greet.
    const nowMs = this.#clock.now();
    if (this.#current.answeredAtMs !== undefined) {
      this.#current = { ...this.#current, endedAtMs: nowMs };
      return;
    }
    const status = statusIn(chunk);
    if (status !== undefined && status < FIRST_FINAL_STATUS && status !== SWITCHING_PROTOCOLS) return;
    const hasFailed = status !== undefined && status >= FIRST_SERVER_ERROR;
    this.#current = { ...this.#current, answeredAtMs: nowMs, endedAtMs: nowMs, hasFailed };
  }

  /** What the service has begun to answer; more of it may come. */
  get answered(): Exchange | undefined {
    const { beganAtMs, answeredAtMs, endedAtMs, hasFailed } = this.#current ?? {};
    if (beganAtMs === undefined || answeredAtMs === undefined || endedAtMs === undefined) return undefined;
    return { beganAtMs, answeredAtMs, endedAtMs, hasFailed: hasFailed === true };
  }

  /** Takes an answer that has begun for complete. */
  settle(): void {
    const { answered } = this;
    if (answered === undefined) return;
    this.#record.noteExchange(answered);
    this.#current = undefined;
  }

  /** Takes note that the connection failed: what was not answered never will be. */
  noteFailure(): void {
    this.settle();
    if (this.#current === undefined) return;
    const nowMs = this.#clock.now();
    const { beganAtMs } = this.#current;
    this.#record.noteExchange({ beganAtMs, answeredAtMs: nowMs, endedAtMs: nowMs, hasFailed: true });
    this.#current = undefined;
  }
}

function statusIn(chunk: Buffer): number | undefined {
  const [, status] = STATUS_LINE.exec(chunk.subarray(0, STATUS_LINE_LENGTH).toString("latin1")) ?? [];
  return status === undefined ? undefined : Number(status);
}

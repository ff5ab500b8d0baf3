import { expect, test as base } from "vitest";
import { Exchanges } from "../../../src/metrics/proxy/exchanges.ts";
import { TrafficRecord } from "../../../src/metrics/proxy/traffic-record.ts";
import { ManualClock } from "../../../src/testing/index.ts";

const test = base.extend("stage", () => {
  const clock = new ManualClock();
  const record = new TrafficRecord(clock);
  const exchanges = new Exchanges(record, clock);
  record.noteOpen(exchanges);
  return {
    record,
    exchanges,
    after: (ms: number) => clock.advance(ms),
    answer: (text = "x") => {
      exchanges.noteAnswer(Buffer.from(text));
    },
  };
});

test("what a client sends is one request until it is answered, however many pieces it comes in", async ({ stage }) => {
  const { record, exchanges, after, answer } = stage;
  exchanges.noteRequest();
  await after(10);
  exchanges.noteRequest();
  await after(10);
  answer();
  await after(5);
  answer();
  exchanges.noteRequest(); // The next one.

  const { latency, responseTime } = record.metrics!;
  expect(latency).toMatchObject({ count: 1, failures: 0, minMs: 20 });
  expect(responseTime).toMatchObject({ count: 1, minMs: 25 });
});

test("an answer that has begun counts when metrics are asked for, once", async ({ stage }) => {
  const { record, exchanges, after, answer } = stage;
  exchanges.noteRequest();
  await after(10);
  answer();

  expect(record.metrics!.responseTime).toMatchObject({ count: 1, minMs: 10 });
  await after(5);
  answer("the rest");
  expect(record.metrics!.responseTime).toMatchObject({ count: 1, minMs: 15 });
  expect(record.metrics!.latency).toMatchObject({ count: 1, minMs: 10, p50Ms: 10 });
});

test("a service that speaks first answers nothing", ({ stage }) => {
  stage.answer("220 welcome");

  expect(stage.record.metrics!.responseTime).toBeUndefined();
});

test("of HTTP, an answer from 500 on is a failure, and an interim one is none", async ({ stage }) => {
  const { record, exchanges, after, answer } = stage;
  exchanges.noteRequest();
  answer("HTTP/1.1 100 Continue\r\n\r\n");
  exchanges.noteRequest(); // The body.
  await after(10);
  answer("HTTP/1.1 503 Service Unavailable\r\n\r\n");
  exchanges.noteRequest();
  answer("HTTP/1.1 101 Switching Protocols\r\n\r\n");
  exchanges.noteRequest();
  answer("HTTP/1.0 404 Not Found\r\n\r\n");

  expect(record.metrics!.latency).toMatchObject({ count: 3, failures: 1, maxMs: 10 });
});

test("a request that is cut off has failed; a connection that ends without one has not", async ({ stage }) => {
  const { record, exchanges, after } = stage;
  exchanges.noteFailure();
  expect(record.metrics!.responseTime).toBeUndefined();

  exchanges.noteRequest();
  await after(10);
  exchanges.noteFailure();
  expect(record.metrics!.responseTime).toMatchObject({ count: 1, failures: 1, minMs: 10 });
});

import { expect, test } from "vitest";
import { StartError, type EventMap } from "../../../../src/index.ts";
import { progressListeners } from "../../../../src/integrations/runner/progress.ts";

const timings = { pullMs: 0, createMs: 0, startMs: 0, waitMs: 0, prepareMs: 0, totalMs: 3_210 };
const ready: EventMap["container:ready"] = {
  ...{ name: "db", id: "1", timings, attempts: 1 },
  ...{ isWarm: false, isRenewed: false, isClaimed: false },
};
const error = new StartError({ container: "db", image: "postgres:17", exitCode: 3, elapsedMs: 12, logTail: "" });

test("a service that is ready says how, and how many attempts it took", () => {
  const lines: string[] = [];
  const told = progressListeners((line) => lines.push(line))["container:ready"];

  told(ready);
  told({ ...ready, isWarm: true });
  told({ ...ready, attempts: 2 });
  told({ ...ready, isClaimed: true });

  expect(lines).toEqual([
    "cleanroom  db is ready after 3.2 s",
    "cleanroom  db is ready after 3.2 s (warm)",
    "cleanroom  db is ready after 3.2 s (attempt 2)",
  ]);
});

test("a start that is tried again, and a fallback, are a line each, with what went wrong", () => {
  const lines: string[] = [];
  const told = progressListeners((line) => lines.push(line));

  told["recovery:retry"]({ name: "db", attempt: 1, attempts: 3, delayMs: 200, error });
  told["recovery:fallback"]({ name: "db", error, to: "postgres:16" });
  told["recovery:fallback"]({ name: "db", error: "no error\nat all", to: "postgres:16" });

  const reason = "db (postgres:17) exited with code 3 after 12 ms, before it was ready.";
  expect(lines).toEqual([
    `cleanroom  db did not start (attempt 1 of 3), tried again in 0.2 s: ${reason}`,
    `cleanroom  db could not be created, so postgres:16 takes its place: ${reason}`,
    "cleanroom  db could not be created, so postgres:16 takes its place: no error",
  ]);
});

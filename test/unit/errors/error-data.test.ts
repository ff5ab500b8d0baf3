import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { isCleanroomError } from "../../../src/errors/cleanroom-error.ts";
import { CapacityError } from "../../../src/errors/capacity-error.ts";
import { CoordinatorError } from "../../../src/errors/coordinator-error.ts";
import { reviveError, toErrorData } from "../../../src/errors/error-data.ts";
import * as entry from "../../../src/index.ts";

const probe = new entry.ProbeError("status 503");
const errors: readonly Error[] = [
  new CapacityError({ container: "db", maxContainers: 1, holders: ["a: node x (pid 1)"] }),
  new entry.BuildError({ container: "app", image: "i", dockerfile: "/Dockerfile", output: "", reason: "no" }, probe),
  new entry.CleanupError([probe, "a string"]),
  new entry.ConfigurationError({ origin: "it", problems: [{ path: "a", message: "b" }] }),
  new CoordinatorError({ problem: "It is gone.", log: "/log" }, probe),
  new entry.CreationError({ container: "db", image: "i", reason: "no", failure: "port-in-use" }, probe),
  new entry.EngineRequestError({ operation: "do", refusal: "other", reason: "no", statusCode: 500 }, probe),
  new entry.EngineUnavailableError({ endpoint: "e", origin: "o", reason: "r" }),
  new entry.HealthError(
    { container: "db", probe: "tcp", elapsedMs: 1, attempts: 1, lastResults: ["no"], logTail: "log" },
    probe,
  ),
  new entry.IsolationError({ container: "db", failure: "failed", reason: "r", hint: "h" }),
  new entry.LifecycleError("too late"),
  new entry.MigrationError({ container: "db", file: "1.sql", line: 2, reason: "r", hint: "h" }, probe),
  probe,
  new entry.ResourceError({
    container: "db",
    resource: "memory",
    outcome: "killed",
    option: "limits.memoryBytes",
    limit: 1,
    logTail: "",
  }),
  new entry.ExitError({ container: "db", exitCode: 3, logTail: "" }),
  new entry.StartError({ container: "db", image: "i", elapsedMs: 1, logTail: "", exitCode: 1 }, probe),
  new entry.TimeoutError({ operation: "start db", timeoutMs: 1, elapsedMs: 1 }),
  new entry.UnsupportedError("no", probe),
];

/** What arrives at the other end of a connection. */
function sent(thrown: unknown): Error {
  return reviveError(JSON.parse(JSON.stringify(toErrorData(thrown))) as ReturnType<typeof toErrorData>);
}

describe("an error that is sent to another process", () => {
  test.for(errors.map((error) => [error.name, error] as const))("stays what it is: %s", ([name, error]) => {
    const arrived = sent(error);

    expect(arrived).toBeInstanceOf(error.constructor);
    expect(isCleanroomError(arrived)).toBe(true);
    const { errors: _, ...own } = Object.fromEntries(Object.entries(error));
    expect(Object.fromEntries(Object.entries(arrived))).toMatchObject(own);
    expect(arrived).toMatchObject({ name, message: error.message, stack: error.stack });
    expect(Object.keys(arrived).toSorted()).toEqual(Object.keys(error).toSorted());
    if (error.cause === undefined) expect(arrived).not.toHaveProperty("cause");
    else expect(arrived.cause).toMatchObject({ name: "ProbeError", code: probe.code, message: "status 503" });
  });

  test("is any of ours", () => {
    const folder = readdirSync(new URL("../../../src/errors", import.meta.url));

    expect(new Set(errors.map(({ name }) => name)).size).toBe(
      folder.filter((file) => /-error\.ts$/.test(file)).length - 1,
    );
  });

  test("keeps all that it brings together", () => {
    const arrived = sent(new entry.CleanupError([probe, "a string"])) as Error & {
      readonly errors: readonly unknown[];
    };

    expect(arrived.errors).toMatchObject([
      { name: "ProbeError", message: "status 503" },
      { name: "Error", message: "a string" },
    ]);
    expect(arrived.errors[0]).toBeInstanceOf(entry.ProbeError);
  });

  test("keeps its name and its code when it is somebody else's", () => {
    const foreign = Object.assign(new TypeError("no"), { code: "ERR_X", details: { a: 1 } });

    const arrived = sent(foreign);

    expect(arrived).toMatchObject({ name: "TypeError", message: "no", code: "ERR_X", details: { a: 1 } });
    expect(String(arrived)).toBe("TypeError: no");
  });

  test.for<readonly [unknown, string]>([
    ["a string", "a string"],
    [undefined, "undefined"],
    [null, "null"],
    [{ message: "like one" }, "like one"],
    [Object.create(null), "a value that has no text"],
  ])("may be no error: %j", ([thrown, message]) => {
    expect(sent(thrown)).toMatchObject({ name: "Error", message });
  });

  test("may be its own cause, have details that are no data, and be deep", () => {
    const circular = Object.assign(new Error("round"), { details: { count: 1n } });
    circular.cause = circular;

    const arrived = sent(circular);

    let depth = 0;
    for (let error: unknown = arrived; error instanceof Error; error = error.cause) depth += 1;
    expect(depth).toBe(6);
    expect(arrived).not.toHaveProperty("details");
  });
});

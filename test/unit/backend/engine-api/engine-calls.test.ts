import { describe, expect, test } from "vitest";
import { EngineCalls } from "../../../../src/backend/engine-api/engine-calls.ts";
import { classify, toEngineError, tolerating } from "../../../../src/backend/engine-api/engine-errors.ts";
import { EngineRequestError, LifecycleError } from "../../../../src/index.ts";
import { ManualClock } from "../../../../src/testing/index.ts";
import { outcomeOf } from "../../support/outcome.ts";
import { refusal } from "../../support/starts.ts";

describe("the engine's words", () => {
  test.for([
    ["No such image: app:1", 404, "image-not-found"],
    ["manifest for app:1 not found: manifest unknown: manifest unknown", 404, "image-not-found"],
    ["pull access denied for app, repository does not exist or may require 'docker login'", 404, "image-not-found"],
    ["unauthorized: authentication required", 500, "image-unauthorized"],
    ["Get https://r/v2/: dial tcp: lookup r: no such host", 500, "registry-unreachable"],
    ["Bind for 127.0.0.1:80 failed: port is already allocated", 500, "port-in-use"],
    ['exec: "x": executable file not found in $PATH: unknown', 400, "command-not-runnable"],
    ["exec failed: namespace path: lstat /proc/4299/ns/ipc: no such file or directory: unknown", 500, "other"],
    ["unable to find user app: no matching entries in passwd file", 400, "command-not-runnable"],
    ['Conflict. The container name "/a" is already in use by container "b".', 409, "conflict"],
    ["No such container: a", 404, "not-found"],
    ["container already stopped", 304, "already-done"],
    ["Container a is already paused", 409, "already-done"],
    ["Container a is not paused", 500, "already-done"],
    ["Container a is not running", 409, "conflict"],
    ["invalid reference format", 400, "invalid"],
    ["no space left on device", 500, "other"],
  ] as const)("%s (%i) is %s", ([reason, status, kind]) => {
    expect(classify(reason, status)).toBe(kind);
  });

  test("are told without what the client puts before them", () => {
    const thrown = Object.assign(new Error("(HTTP code 404) no such container - No such container: a"), {
      statusCode: 404,
    });

    expect(toEngineError("inspect the container", thrown)).toEqual(
      new EngineRequestError({
        operation: "inspect the container",
        refusal: "not-found",
        reason: "No such container: a",
        statusCode: 404,
      }),
    );
  });

  test("that never came are told as that, and our own error as it is", () => {
    const own = refusal("other");

    expect(toEngineError("start the container", new Error("socket hang up"))).toMatchObject({
      details: { refusal: "unanswered", reason: "socket hang up" },
    });
    expect(toEngineError("start the container", own)).toBe(own);
  });
});

describe("a call to the engine", () => {
  test("that is not answered ends after its time", async () => {
    const clock = new ManualClock();
    const outcome = outcomeOf(new EngineCalls(clock).bounded("start it", undefined, () => new Promise(() => {})));

    await clock.advance(60_000);

    expect(await outcome).toMatchObject({
      message: "The engine did not answer when asked to start it: no answer within 60000 ms",
    });
    expect(clock.pendingTimers).toBe(0);
  });

  test("ends with its signal's reason, and leaves no timer", async () => {
    const clock = new ManualClock();
    const abort = new AbortController();
    const reason = new LifecycleError("enough");
    const outcome = outcomeOf(new EngineCalls(clock).bounded("start it", abort.signal, () => new Promise(() => {})));

    abort.abort(reason);

    expect(await outcome).toBe(reason);
    expect(clock.pendingTimers).toBe(0);
  });
});

test("a call that is refused for a reason that is tolerated is a success", async () => {
  const own = new LifecycleError("enough");

  await tolerating(Promise.reject(refusal("not-found")), "already-done", "not-found");
  await expect(tolerating(Promise.reject(refusal("other")), "not-found")).rejects.toThrow();
  await expect(tolerating(Promise.reject(own), "not-found")).rejects.toBe(own);
});

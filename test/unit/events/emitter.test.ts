import { describe, expect, test, vi } from "vitest";
import { Emitter } from "../../../src/events/emitter.ts";
import type { PullEvent } from "../../../src/events/event-map.ts";
import { LifecycleError } from "../../../src/index.ts";

const event: PullEvent = { image: "postgres:17", receivedBytes: 1, totalBytes: 2 };

function pull(): PullEvent {
  return { ...event };
}

describe("a listener", () => {
  test("is told of its events from now on, in the order in which listeners came", () => {
    const emitter = new Emitter();
    const told: string[] = [];
    emitter.emit("image:pulling", pull());
    emitter.on("image:pulling", ({ image }) => told.push(`first ${image}`));
    emitter.on("image:pulling", ({ image }) => told.push(`second ${image}`));
    emitter.on("container:removed", () => told.push("never"));

    emitter.emit("image:pulling", pull());

    expect(told).toEqual(["first postgres:17", "second postgres:17"]);
  });

  test("given with the emitter is told from the start", () => {
    const told: unknown[] = [];
    const emitter = new Emitter({
      "image:pulling": (payload) => told.push(payload),
      "container:removed": (payload) => told.push(payload),
    });

    emitter.emit("image:pulling", pull());
    emitter.emit("container:removed", { name: "db", id: "1" });

    expect(told).toEqual([event, { name: "db", id: "1" }]);
  });

  test("is no longer told once it has unsubscribed, the others are", () => {
    const emitter = new Emitter();
    const told: string[] = [];
    const stop = emitter.on("image:pulling", () => told.push("leaves"));
    emitter.on("image:pulling", () => told.push("stays"));

    stop();
    stop();
    emitter.emit("image:pulling", pull());

    expect(told).toEqual(["stays"]);
  });

  test("that unsubscribes while it is told does not keep the next from being told", () => {
    const emitter = new Emitter();
    const told: string[] = [];
    const stop = emitter.on("image:pulling", () => {
      told.push("once");
      stop();
    });
    emitter.on("image:pulling", () => told.push("every time"));

    emitter.emit("image:pulling", pull());
    emitter.emit("image:pulling", pull());

    expect(told).toEqual(["once", "every time", "every time"]);
  });

  test("cannot change what the next one is told", () => {
    const emitter = new Emitter();
    const told: unknown[] = [];
    vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    emitter.on("image:pulling", (payload) => {
      (payload as { image: string }).image = "forged";
    });
    emitter.on("image:pulling", (payload) => told.push(payload));

    emitter.emit("image:pulling", pull());

    expect(told).toEqual([event]);
  });
});

describe("a listener that throws", () => {
  test("is a warning, not a failure, and the next one is told", () => {
    const emitter = new Emitter();
    const told: string[] = [];
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    emitter.on("image:pulling", () => {
      throw new LifecycleError("broken listener");
    });
    emitter.on("image:pulling", () => told.push("told"));

    emitter.emit("image:pulling", pull());

    expect(told).toEqual(["told"]);
    expect(warn.mock.calls).toEqual([["A listener of image:pulling failed: broken listener", "CleanroomWarning"]]);
  });

  test("causes no warning when it does not throw", () => {
    const emitter = new Emitter();
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    emitter.on("image:pulling", () => {});

    emitter.emit("image:pulling", pull());

    expect(warn).not.toHaveBeenCalled();
  });
});

test("the failure of an async listener is a warning, too", async () => {
  const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
  const emitter = new Emitter();
  const failing: () => unknown = () => Promise.reject(new LifecycleError("too late"));
  emitter.on("container:removed", failing);

  emitter.emit("container:removed", { name: "db", id: "1" });

  await vi.waitFor(() => {
    expect(warn.mock.calls).toEqual([["A listener of container:removed failed: too late", "CleanroomWarning"]]);
  });
});

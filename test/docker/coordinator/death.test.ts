import { expect, vi } from "vitest";
import { test } from "../../support/coordinator-processes.ts";
import * as engine from "../../support/engine.ts";

test("a client that is too busy to notice that the coordinator was killed keeps its service", async ({ grounds }) => {
  const busy = await grounds.client("services");
  const id = await busy.tell("start");
  expect(id).toMatch(/^[0-9a-f]{64}$/);
  expect(await busy.tell("block")).toBe("blocked");
  await grounds.killCoordinators();

  const another = await grounds.client("services");
  expect(await another.tell("start")).toBe(id);
  expect(await another.tell("end")).toBe("still-used");
  await another.kill();
  expect((await engine.inspectExisting(id)).State.Running).toBe(true);
  expect(grounds.coordinators).toHaveLength(1); // It waits for the busy one to come back.

  expect(await busy.said()).toBe("unblocked");
  expect(await busy.tell("end")).toBe("stopped");
  expect(await grounds.containers()).toEqual([]);
});

test("a client that dies while it is too busy takes its service along", async ({ grounds }) => {
  const busy = await grounds.client("services");
  const id = await busy.tell("start");
  expect(await busy.tell("block")).toBe("blocked");
  await grounds.killCoordinators();
  const another = await grounds.client("seats");
  expect(await another.tell("join")).toBe("join");
  expect((await engine.inspectExisting(id)).State.Running).toBe(true);

  await busy.kill();

  await vi.waitUntil(async () => (await grounds.containers()).length === 0, { timeout: 20_000 });
  expect(await another.tell("leave")).toBe("leave");
});

test.for(["kill", "remove"] as const)(
  "a service that sleeps is replaced after a %s from outside",
  async (how, { grounds }) => {
    const variables = { KEEP_ALIVE_MS: "4000" };
    const first = await grounds.client("services", variables);
    const id = await first.tell("start");
    expect(await first.tell("end")).toBe("kept");
    await vi.waitUntil(async () => (await engine.inspectExisting(id)).State.Paused, { timeout: 10_000 });
    if (how === "kill") await engine.interfere(id, "kill");
    else await engine.removeContainer(id);

    const second = await grounds.client("services", variables);
    const next = await second.tell("start");
    expect(next).toMatch(/^[0-9a-f]{64}$/);
    expect(next).not.toBe(id);
    expect(await grounds.containers()).toEqual([next]);
    expect((await engine.inspectExisting(next)).State.Paused).toBe(false);
    expect(await second.tell("end")).toBe("kept");

    // A successor goes on counting, and removes it on time.
    await grounds.killCoordinators();
    const third = await grounds.client("seats");
    expect(await third.tell("join")).toBe("join");
    await vi.waitUntil(async () => (await grounds.containers()).length === 0, { timeout: 20_000 });
    expect(await third.tell("leave")).toBe("leave");
  },
);

import { randomUUID } from "node:crypto";
import { describe, expect, vi } from "vitest";
import type { GenericContainer } from "../../src/index.ts";
import { container, healthCheck, not } from "../../src/index.ts";
import * as engine from "../support/engine.ts";
import { test } from "../support/probing.ts";
import { images } from "../support/workspace.ts";

/** Healthy while a file is there, which a test makes and removes. */
const gated = { command: ["test", "-e", "/tmp/ok"], intervalMs: 100, retries: 2 };

async function engineSays({ id }: GenericContainer): Promise<string | undefined> {
  return (await engine.inspectExisting(id)).State.Health?.Status;
}

describe("the engine's own check of a container", () => {
  test("is as the option says, in the engine's units", async ({ workspace }) => {
    const { services } = await workspace.start({
      web: container(images.service, {
        healthCheck: { command: ["true"], intervalMs: 250, timeoutMs: 1_500, retries: 4, startPeriodMs: 2_000 },
        health: false,
      }),
    });

    expect((await engine.inspectExisting(services.web.id)).Config.Healthcheck).toEqual({
      Test: ["CMD", "true"],
      Interval: 250_000_000,
      Timeout: 1_500_000_000,
      Retries: 4,
      StartPeriod: 2_000_000_000,
    });
  });

  test("is not there unless it is asked for", async ({ workspace }) => {
    const { services } = await workspace.start({ web: container(images.service, { ports: [8080] }) });

    expect((await engine.inspectExisting(services.web.id)).Config.Healthcheck).toBeUndefined();
    expect(await engineSays(services.web)).toBeUndefined();
  });

  test("turns, and the probe with it", async ({ workspace, probing }) => {
    const { services } = await workspace.start({
      web: container(images.service, { healthCheck: { ...gated, startPeriodMs: 60_000 }, health: false }),
    });
    const until = async (status: string): Promise<void> => {
      await vi.waitUntil(async () => (await engineSays(services.web)) === status, { timeout: 20_000, interval: 20 });
    };

    expect(await engineSays(services.web)).toBe("starting"); // And stays so, for a minute.
    expect(await probing.see(healthCheck(), services.web)).toBe("the engine says starting");

    await services.web.exec(["touch", "/tmp/ok"]);
    await until("healthy");
    expect(await probing.see(healthCheck(), services.web)).toBe("healthy");

    await services.web.exec(["rm", "/tmp/ok"]);
    await until("unhealthy");
    expect(await probing.see(healthCheck(), services.web)).toBe("the engine says unhealthy");
    expect(await probing.see(not(healthCheck()), services.web)).toBe("healthy");

    await services.web.exec(["touch", "/tmp/ok"]);
    await until("healthy");
    expect(await probing.see(healthCheck(), services.web)).toBe("healthy");
  });

  test("is told with what it printed", async ({ workspace, probing }) => {
    const command = ["sh", "-c", "echo no route to the moon; exit 1"];
    const { services } = await workspace.start({
      web: container(images.service, { healthCheck: { command, intervalMs: 100, retries: 1 }, health: false }),
    });

    await vi.waitUntil(async () => (await engineSays(services.web)) === "unhealthy", { timeout: 20_000 });
    expect(await probing.see(healthCheck(), services.web)).toBe("the engine says unhealthy: no route to the moon");
  });

  test("of a paused container says nothing, and so the probe does", async ({ workspace, probing }) => {
    const { services } = await workspace.start({
      web: container(images.service, { healthCheck: { command: ["true"], intervalMs: 100 } }),
    });
    expect(await probing.see(healthCheck(), services.web)).toBe("healthy");

    await engine.interfere(services.web.id, "pause");
    expect(await probing.see(healthCheck(), services.web)).toBe("the container is paused");

    await engine.interfere(services.web.id, "unpause");
    await vi.waitUntil(async () => (await probing.see(healthCheck(), services.web)) === "healthy", { timeout: 20_000 });
  });
});

describe("a start", () => {
  test("waits for a check that the option asks for", async ({ workspace }) => {
    const { services } = await workspace.start({
      web: container(images.service, {
        ports: [8080],
        env: { WRITE_FILE: "/tmp/ok", WRITE_FILE_AFTER_MS: "500" },
        healthCheck: gated,
      }),
    });

    expect(await engineSays(services.web)).toBe("healthy");
  });

  test("does not wait for it where another probe is named", async ({ workspace }) => {
    const { services } = await workspace.start({
      web: container(images.service, { healthCheck: { ...gated, intervalMs: 60_000 }, health: false }),
    });

    expect(await engineSays(services.web)).toBe("starting");
  });

  test("that goes by a check which is not there fails at once, and says so", async ({ workspace }) => {
    const starting = workspace.start({ web: container(images.service, { health: healthCheck() }) });

    await expect(starting).rejects.toMatchObject({
      code: "CLEANROOM_UNSUPPORTED",
      message: expect.stringContaining("no health check of the engine's") as string,
    });
  });
});

describe("an image with a HEALTHCHECK", () => {
  const check = { Test: ["CMD", "test", "-e", "/tmp/ok"], Interval: 100_000_000, Timeout: 7_000_000_000, Retries: 5 };

  /** Such an image, for as long as the test takes. */
  async function checkedImage(onCleanup: (clean: () => Promise<void>) => void): Promise<string> {
    const name = `cleanroom-test/checked:${randomUUID()}`;
    await engine.deriveImage(images.service, name, { Healthcheck: check });
    onCleanup(() => engine.removeImage(name));
    return name;
  }

  test("needs no option for the probe that goes by it", async ({ workspace, onTestFinished }) => {
    const image = await checkedImage(onTestFinished);
    const env = { WRITE_FILE: "/tmp/ok", WRITE_FILE_AFTER_MS: "300" };
    const { services } = await workspace.start({ web: container(image, { env, health: healthCheck() }) });

    expect(await engineSays(services.web)).toBe("healthy");
  });

  test("keeps what an option does not change", async ({ workspace, onTestFinished }) => {
    const image = await checkedImage(onTestFinished);
    const { services } = await workspace.start({
      web: container(image, { healthCheck: { intervalMs: 30_000 }, health: false }),
    });

    expect((await engine.inspectExisting(services.web.id)).Config.Healthcheck).toEqual({
      ...check,
      Interval: 30_000_000_000,
    });
  });

  test("can be told to have none", async ({ workspace, onTestFinished }) => {
    const image = await checkedImage(onTestFinished);
    const { services } = await workspace.start({ web: container(image, { healthCheck: false, ports: [8080] }) });

    expect((await engine.inspectExisting(services.web.id)).Config.Healthcheck?.Test).toEqual(["NONE"]);
    expect([undefined, "none"]).toContain(await engineSays(services.web));
  });
});

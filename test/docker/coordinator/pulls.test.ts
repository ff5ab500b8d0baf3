import { afterAll, beforeEach, expect, onTestFinished, vi } from "vitest";
import type { Grounds } from "../../support/coordinator-processes.ts";
import { test } from "../../support/coordinator-processes.ts";
import { EngineProxy } from "../../support/engine-proxy.ts";
import { Registry } from "../../support/registry.ts";

const proxy = await EngineProxy.start();
const registry = await Registry.start();
afterAll(async () => {
  await registry[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
});
beforeEach(() => {
  proxy.reset();
});

const CREATE = "POST /containers/create";

/** Two processes that want the image, of which the first has begun to fetch it; the registry answers neither. */
async function twoThatWant(image: string, grounds: Grounds) {
  const variables = { IMAGE: image, DOCKER_HOST: proxy.endpoint };
  const [first, second] = [await grounds.client("pulls", variables), await grounds.client("pulls", variables)];
  await registry.pause();
  onTestFinished(() => registry.resume().catch(() => undefined));
  let refusals = 0;
  proxy.onEnd = ({ name }) => {
    if (name === CREATE) refusals += 1;
  };
  expect(await first.tell("start")).toBe("pulling");
  const toldBySecond = second.tell("start");
  await vi.waitUntil(() => refusals === 2, { timeout: 20_000, interval: 5 });
  return { first, second, toldBySecond };
}

test("an image is fetched once for two processes that want it", async ({ grounds }) => {
  const { image } = await registry.publish("pulls/processes:1", { payloadBytes: 1_000_000 });
  const { first, toldBySecond } = await twoThatWant(image, grounds);

  await registry.resume();

  const [firstId, secondId] = await Promise.all([first.said(), toldBySecond]);
  expect(firstId).toMatch(/^[0-9a-f]{64}$/);
  expect(secondId).toMatch(/^[0-9a-f]{64}$/);
  expect(firstId).not.toBe(secondId);
  expect(await registry.manifestFetches("pulls/processes")).toBe(1);
});

test("an image is fetched by who waits for it when the process dies that was about to", async ({ grounds }) => {
  const { image } = await registry.publish("pulls/orphaned:1", { payloadBytes: 1_000_000 });
  const { first, second, toldBySecond } = await twoThatWant(image, grounds);

  await first.kill();

  expect(await toldBySecond).toBe("pulling");
  await registry.resume();
  expect(await second.said()).toMatch(/^[0-9a-f]{64}$/);
});

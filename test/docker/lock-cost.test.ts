import { afterAll, expect, vi } from "vitest";
import { container } from "../../src/index.ts";
import { EngineProxy } from "../support/engine-proxy.ts";
import * as engine from "../support/engine.ts";
import { images, test } from "../support/workspace.ts";

const proxy = await EngineProxy.start();
vi.stubEnv("DOCKER_HOST", proxy.endpoint);
afterAll(() => proxy[Symbol.asyncDispose]());

test("whoever only uses services that run asks the engine for no image", async ({ workspace }) => {
  const { Id: id } = (await engine.inspectImage(images.service)) ?? {};
  const lock = { version: 1, images: { [images.service]: { id, platform: "linux/amd64" } } };
  await workspace.write({ "cleanroom.lock": JSON.stringify(lock) });
  const services = { app: container(images.service) };
  const settings = { frozen: true };
  await workspace.start(services, { settings });
  const asked = (): readonly unknown[] => proxy.calls.filter(({ url }) => url.includes("/images/"));
  expect(asked()).not.toEqual([]);
  proxy.reset();

  const { services: used } = await workspace.start(services, { settings });

  expect((await workspace.containers()).map(({ Id }) => Id)).toEqual([used.app.id]);
  expect(asked()).toEqual([]);
});

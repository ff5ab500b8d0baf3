import { registerHooks } from "node:module";
import { cleanroomTest } from "cleanroom-test/vitest/test";
import { expect } from "vitest";
import config from "./cleanroom.config.ts";

const loaded: string[] = [];
registerHooks({
  load: (url, context, next) => {
    loaded.push(url);
    return next(url, context);
  },
});

const test = cleanroomTest(config);

test("uses the services", async ({ cache, web }) => {
  expect(await (await fetch(web.url)).text()).toContain("hello");
  expect(cache.url).toContain("redis://");
  const packages = new Set(loaded.flatMap((url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? []));
  const creating = ["testcontainers", "dockerode", "zod"].filter((name) => packages.has(name));
  expect(creating).toEqual(process.env["ARE_KEPT"] === undefined ? ["testcontainers", "dockerode"] : []);
});

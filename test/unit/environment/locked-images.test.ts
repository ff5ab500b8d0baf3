import { expect, test } from "vitest";
import { imagesOf } from "../../../src/environment/locked-images.ts";
import { container, redis } from "../../../src/index.ts";

test("an image that is built is in no lock, since its name tells its content", () => {
  const services = {
    app: container("shop/app", { build: { context: "app" } }),
    cache: redis("redis:7"),
    worker: container("shop/worker:2", {
      recovery: { fallback: container("shop/app", { build: { context: "app" } }) },
    }),
  };

  expect(imagesOf(services)).toEqual(["redis:7", "shop/worker:2"]);
});

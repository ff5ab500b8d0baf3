import { expect, test } from "vitest";
import { imagesOf } from "../../../src/environment/locked-images.ts";
import { container, redis, testcontainer } from "../../../src/index.ts";

test("the images that can be locked are those of services and of what takes their place, but for what is built or of a module", () => {
  const build = { context: "." };
  const fallback = container("built-instead", { build });

  const images = imagesOf({
    cache: redis("redis:8", { recovery: { fallback: redis("redis:7") } }),
    same: redis("redis:8"),
    app: container("shop/app:dev", { build }),
    web: container("web:1", { recovery: { fallback } }),
    module: testcontainer(() => Promise.reject(new Error("Nobody starts it.")), { key: "m", connection: () => null }),
  });

  expect(images).toEqual(["redis:7", "redis:8", "web:1"]);
});

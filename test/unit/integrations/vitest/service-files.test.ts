import { expect, test } from "vitest";
import { container, postgres, redis } from "../../../../src/index.ts";
import { serviceFiles } from "../../../../src/integrations/vitest/service-files.ts";

test("migrations and copied files are watched, wherever the root is", () => {
  const files = [
    { target: "/etc/a", source: "conf" },
    { target: "/etc/b", content: "b" },
  ];
  const services = {
    db: postgres("postgres:17", { migrations: ["sql/*.sql", "./more/{a,b}/x.sql", "../shared/one.sql"] }),
    web: container("web:1", { files }),
    cache: redis("redis:8"),
  };

  expect(serviceFiles(services, "/home/(me)")).toEqual({
    patterns: [
      "/home/\\(me\\)/sql/*.sql",
      "/home/\\(me\\)/more/{a,b}/x.sql",
      "/home/shared/one.sql",
      "/home/\\(me\\)/conf",
      "/home/\\(me\\)/conf/**",
    ],
    places: ["/home/(me)/sql", "/home/(me)/more", "/home/shared/one.sql", "/home/(me)/conf"],
  });
});

test("what is not valid is not looked at", () => {
  const odd = postgres("postgres:17", { migrations: [1], files: [null] } as never);
  expect(serviceFiles({ odd }, "/")).toEqual({ patterns: [], places: [] });
});

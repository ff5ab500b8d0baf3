import { describe, expect, test } from "vitest";
import { attachService, redis } from "../../../src/index.ts";
import { FakeBackend } from "../../../src/testing/index.ts";
import { service, startOn } from "../support/environments.ts";

describe("a service that another process runs", () => {
  test("is used through a handle from plain data, which asks nobody for anything", async () => {
    const backend = new FakeBackend();
    const web = service({ ports: [80] });
    await using environment = await startOn(backend, { web });
    const connection: unknown = JSON.parse(JSON.stringify(environment.connections["web"]));
    const before = backend.calls.length;

    await using attached = await attachService(web, connection as never);

    expect(attached.handle).toMatchObject({ name: "web", url: environment.services.web.url, state: "running" });
    expect(await attached.isolate()).toBe(attached.handle);
    expect(backend.calls.length).toBe(before);
  });

  test("goes on when the handle is disposed, which never connects", async () => {
    const connection = {
      ...{ name: "cache", id: "1", image: "redis:8", key: "k", host: "127.0.0.1", ports: { "6379/tcp": 1 } },
      details: { password: "p:/", databases: "16" },
    };

    const attached = await attachService(redis("redis:8"), connection);
    await attached[Symbol.asyncDispose]();

    expect(attached.handle.url).toBe("redis://:p%3A%2F@127.0.0.1:1/0");
  });
});

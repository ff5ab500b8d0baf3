import { afterEach, describe, expect, vi } from "vitest";
import type { ServiceDefinition } from "../../src/index.ts";
import { attachService, CleanroomEnvironment, container, http, redis, testcontainer } from "../../src/index.ts";
import { runRedis } from "../support/foreign-servers.ts";
import { failureOf, images, test as base } from "../support/workspace.ts";

const test = base.extend("server", { scope: "file" }, async ({}, { onCleanup }) => {
  const server = await runRedis();
  onCleanup(() => server[Symbol.asyncDispose]());
  return server;
});

afterEach(() => {
  vi.unstubAllEnvs();
});

const nowhere = "tcp://127.0.0.1:1";

describe("any service that a variable names", () => {
  test("is used once its probe succeeds, at its URL", async ({ workspace }) => {
    const web = container(images.service, { ports: [8080] });
    const real = await workspace.start({ web });
    const url = `${real.services.web.url}/ready`;
    vi.stubEnv("DOCKER_HOST", nowhere);
    vi.stubEnv("CLEANROOM_URL_API", url);
    const api = container(images.service, { ports: [8080], health: http({ port: 8080 }) });
    const { services, connections } = await workspace.start({ api });

    expect(services.api).toMatchObject({ id: "", url, host: "127.0.0.1", state: "running" });
    expect(services.api.port(8080)).toBe(real.services.web.port(8080));
    await using attached = await attachService(api, connections["api"] as never);
    expect(attached.handle.url).toBe(url);
    expect(await failureOf(services.api.exec(["true"]))).toMatchObject({ code: "CLEANROOM_UNSUPPORTED" });
  });

  test("is refused when one URL cannot say all there is to know", async ({ workspace }) => {
    vi.stubEnv("DOCKER_HOST", nowhere);
    vi.stubEnv("CLEANROOM_URL_MAIL", "smtp://127.0.0.1:25");
    const refusal = async (definition: ServiceDefinition<unknown, unknown>): Promise<string> =>
      String(await failureOf(workspace.start({ mail: definition })));
    const module = testcontainer(() => Promise.reject(new Error("It was built.")), { key: "1", connection: () => 1 });

    expect(await refusal(container(images.service, { ports: [25, 8025] }))).toContain(
      "leads to one port, and `mail` has 2",
    );
    expect(await refusal(module)).toContain("cannot say what a testcontainer() gives as `data`");
    expect(await refusal(container(images.service, { isolation: {} }))).toContain("cannot have `isolation`");
    vi.stubEnv("CLEANROOM_URL_MAIL", "redis://127.0.0.1:6379");
    expect(await refusal(redis(images.redis, { isolation: { mode: "server" } }))).toContain(
      '`isolation.mode` must be "database", not "server"',
    );
    vi.stubEnv("CLEANROOM_URL_MAIL", "smtp://127.0.0.1");
    expect(await refusal(container(images.service, { ports: [25] }))).toContain("must name a port");
  });

  test("is refused when two services have the same variable", async ({ workspace }) => {
    const services = { "my-db": container(images.service), my_db: container(images.service) };
    await workspace.start(services); // As long as the variable is not set, it does not matter.
    vi.stubEnv("CLEANROOM_URL_MY_DB", "tcp://127.0.0.1:1");

    expect(String(await failureOf(workspace.start(services)))).toContain(
      "CLEANROOM_URL_MY_DB: is that of `my-db` as well; rename one of the two",
    );
  });

  test("leaves others to an engine: whoever needs one hears that there is none, and nobody else", async ({
    workspace,
    server,
  }) => {
    vi.stubEnv("DOCKER_HOST", nowhere);
    vi.stubEnv("CLEANROOM_URL_CACHE", server.url());
    const services = { cache: redis(images.redis), web: container(images.service) };
    await using environment = await CleanroomEnvironment.open({ services }, { rootDirectory: workspace.directory });

    await using database = await (await environment.get("cache")).isolate();
    expect(database.database).toBeGreaterThan(0);
    expect(await failureOf(environment.get("web"))).toMatchObject({ code: "CLEANROOM_ENGINE_UNAVAILABLE" });
  });

  test("does not keep others from being started later, in the session that was told from the beginning", async ({
    workspace,
    server,
  }) => {
    vi.stubEnv("CLEANROOM_URL_CACHE", server.url());
    const environment = await workspace.start({ cache: redis(images.redis) });
    const { sessionId } = environment;

    const web = await environment.getOrCreateContainer("web", () => container(images.service, { ports: [8080] }));

    const [made] = await workspace.containers();
    expect(made?.Id).toBe(web.id);
    expect(made?.Config.Labels["dev.cleanroom.session"]).toBe(sessionId);
    expect(await environment.cleanup()).toMatchObject({
      containers: [{ name: "web", outcome: "stopped" }],
      errors: [],
    });
  });

  test("can be what a container depends on", async ({ workspace, server }) => {
    vi.stubEnv("CLEANROOM_URL_CACHE", server.url());
    const cache = redis(images.redis);
    const web = container(images.service, {
      ports: [8080],
      dependsOn: { cache },
      env: ({ cache: handle }) => ({ CACHE_URL: handle.url }),
    });
    const { services } = await workspace.start({ cache, web });

    const { stdout } = await services.web.exec(["printenv", "CACHE_URL"]);
    expect(stdout.trim()).toBe(server.url());
  });
});

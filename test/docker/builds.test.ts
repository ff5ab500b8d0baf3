import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { utimes } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeEach, describe, expect, vi } from "vitest";
import type { BuildError, ContainerOptions, EventMap } from "../../src/index.ts";
import { container, postgres } from "../../src/index.ts";
import { EngineProxy } from "../support/engine-proxy.ts";
import * as engine from "../support/engine.ts";
import { account, Registry } from "../support/registry.ts";
import type { Workspace } from "../support/workspace.ts";
import { failureOf, test } from "../support/workspace.ts";

const proxy = await EngineProxy.start();
vi.stubEnv("DOCKER_HOST", proxy.endpoint);
const marker = `build-${randomUUID()}`;
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  for (const { Id } of await engine.imagesLabelled(`cleanroom-test.marker=${marker}`)) await engine.removeImage(Id);
});
beforeEach(() => {
  proxy.reset();
});

const BUILD = "POST /build";

/** What every image of these tests begins with: a server on port 8080, with a shell. */
const base = ["FROM cleanroom-test/service:1", `LABEL cleanroom-test.marker=${marker} made=${randomUUID()}`];

async function writeApp(workspace: Workspace, steps: readonly string[], files: Readonly<Record<string, string>> = {}) {
  await workspace.write({ "app/Dockerfile": [...base, ...steps].join("\n") });
  for (const [path, content] of Object.entries(files)) await workspace.write({ [`app/${path}`]: content });
}

/** The service that is built from it. */
function built(build: Partial<NonNullable<ContainerOptions["build"]>> = {}) {
  return container("shop/app:dev", { build: { context: "app", ...build }, ports: [8080] });
}

/** Starts it, ends it, and returns the image that it was made of. */
async function imageOf(workspace: Workspace, build: Partial<NonNullable<ContainerOptions["build"]>> = {}) {
  const environment = await workspace.start({ web: built(build) });
  const { Config, Image } = await engine.inspectExisting(environment.services.web.id);
  await environment.cleanup();
  return { name: Config.Image, id: Image };
}

describe("an image that is built", () => {
  test("has what its Dockerfile puts there, and a name that tells its content", async ({ workspace }) => {
    await writeApp(workspace, ["ARG GREETING", "RUN echo $GREETING > /greeting", "COPY note /"], {
      note: "of this test",
    });
    const told: EventMap["image:building"][] = [];
    const environment = await workspace.start({});
    environment.on("image:building", (event) => told.push(event));

    const web = await environment.getOrCreateContainer("web", () =>
      built({ args: { GREETING: "hello" }, labels: { team: "shop" } }),
    );

    const { Config } = await engine.inspectExisting(web.id);
    expect(Config.Image).toMatch(/^cleanroom-build\/shop\/app:[0-9a-f]{32}$/);
    expect((await web.exec(["cat", "/greeting", "/note"])).stdout).toBe("hello\nof this test");
    expect((await engine.inspectImage(Config.Image))?.Config.Labels).toMatchObject({ team: "shop" });
    expect(told[0]).toEqual({ name: "web", image: Config.Image, step: `1/8 : ${base[0] ?? ""}` });
    expect(told.map(({ step }) => step)).toContain("5/8 : COPY note /");
  });

  test("is not built again while what it copies is the same", async ({ workspace }) => {
    await writeApp(workspace, ["COPY . /app"], { note: "one", "log/today": "a", ".dockerignore": "log\n" });
    const first = await imageOf(workspace);

    await workspace.write({ "app/log/today": "b", "app/log/more": "c" });
    await utimes(join(workspace.directory, "app/note"), 1, 1);
    expect(await imageOf(workspace)).toEqual(first);
    expect(proxy.count(BUILD)).toBe(1);

    await workspace.write({ "app/note": "two" });
    const second = await imageOf(workspace);
    expect(second.name).not.toBe(first.name);
    expect(second.id).not.toBe(first.id);
    expect(proxy.count(BUILD)).toBe(2);
  });

  test("lacks what its .dockerignore names, but for exceptions", async ({ workspace }) => {
    await writeApp(workspace, ["COPY . /app"], {
      "kept.txt": "",
      "secret.env": "",
      "node_modules/a/index.js": "",
      "docs/guide.md": "",
      "docs/notice.md": "",
      ".dockerignore": "# not for images\n*.env\n**/node_modules\ndocs\n!docs/notice.md\n",
    });
    const { services } = await workspace.start({ web: built() });

    const { stdout } = await services.web.exec(["find", "/app", "-type", "f"]);

    expect(stdout.trim().split("\n").toSorted()).toEqual([
      "/app/.dockerignore",
      "/app/Dockerfile",
      "/app/docs/notice.md",
      "/app/kept.txt",
    ]);
  });

  test("is built once for ten that want it", async ({ workspace }) => {
    await writeApp(workspace, ["RUN true"]);
    const environments = await Promise.all(Array.from({ length: 10 }, () => workspace.start({})));

    const handles = await Promise.all(
      environments.map((environment, index) => environment.getOrCreateContainer(`web${index}`, () => built())),
    );

    expect(new Set(handles.map(({ id }) => id)).size).toBe(10);
    expect(proxy.count(BUILD)).toBe(1);
  });

  test("can be one stage of its Dockerfile", async ({ workspace }) => {
    await writeApp(workspace, ["RUN echo first > /stage", "FROM cleanroom-test/scratch:1 AS last"]);
    await workspace.write({ "app/other.Dockerfile": [...base, "RUN echo other > /stage"].join("\n") });
    await workspace.write({
      "app/stages.Dockerfile": [
        `${base[0] ?? ""} AS first`,
        base[1],
        "RUN echo one > /stage",
        "FROM first",
        "RUN false",
      ].join("\n"),
    });
    const { services } = await workspace.start({
      other: built({ dockerfile: "other.Dockerfile" }),
      first: built({ dockerfile: "stages.Dockerfile", target: "first" }),
    });

    expect((await services.other.exec(["cat", "/stage"])).stdout).toBe("other\n");
    expect((await services.first.exec(["cat", "/stage"])).stdout).toBe("one\n");
  });

  test("can be that of any kind of service", async ({ workspace }) => {
    await workspace.write({
      "db/Dockerfile": ["FROM cleanroom-test/postgres:15", base[1], "RUN echo built > /note"].join("\n"),
    });

    const { services } = await workspace.start({ db: postgres("shop-db", { build: { context: "db" } }) });

    expect((await services.db.exec(["cat", "/note"])).stdout).toBe("built\n");
  });

  test("can begin with one that only an account may fetch", async ({ workspace }) => {
    await using registry = await Registry.start({ needsAccount: true });
    const { image } = await registry.publish("builds/base:1");
    await workspace.write({ "app/Dockerfile": [`FROM ${image}`, base[1]].join("\n") });

    const failure = await failureOf(workspace.start({ web: built() }));
    const { services } = await workspace.start({ web: built() }, { registries: { [registry.host]: account } });

    expect(failure).toMatchObject({ code: "CLEANROOM_BUILD" });
    expect(services.web.state).toBe("running");
    const { Config } = await engine.inspectExisting(services.web.id);
    await engine.removeContainer(services.web.id);
    await engine.removeImage(Config.Image);
  });
});

test("cleanroom prune removes images that were built and are not used", async ({ workspace }) => {
  await writeApp(workspace, ["RUN true"]);
  const { name } = await imageOf(workspace);
  const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

  const output = await text(spawn(process.execPath, [main, "prune"], { cwd: workspace.directory }).stdout);

  expect(output).toContain(`Removed image ${name}\n`);
  expect(await engine.inspectImage(name)).toBeUndefined();
});

describe("a build that fails tells so", () => {
  test("with its step and the last lines that it printed, and leaves no container", async ({ workspace }) => {
    await writeApp(workspace, ["RUN echo nearly there && exit 3", "RUN true"]);

    const error = (await failureOf(workspace.start({ web: built() }))) as BuildError;

    const command = "/bin/sh -c echo nearly there && exit 3";
    expect(error.message).toBe(
      `The image of web could not be built from ${join(workspace.directory, "app/Dockerfile")}, ` +
        `step 3/6 : RUN echo nearly there && exit 3: The command '${command}' returned a non-zero code: 3\nIts last lines:\n  nearly there`,
    );
    expect(error).toMatchObject({
      code: "CLEANROOM_BUILD",
      details: { step: "3/6 : RUN echo nearly there && exit 3" },
    });
    expect(await engine.containersLabelled(`cleanroom-test.marker=${marker}`)).toEqual([]);
  });

  test.for([
    ["an instruction that there is none of", ["COPPY a /"], {}],
    ["a file that is not there", ["COPY nothing /"], {}],
    ["a stage that is not there", [], { target: "none" }],
    ["an image that is not there", ["FROM 127.0.0.1:9/none:1"], {}],
  ] as const)("because of %s", async ([, steps, options], { workspace }) => {
    await writeApp(workspace, steps);

    expect(await failureOf(workspace.start({ web: built(options) }))).toMatchObject({ code: "CLEANROOM_BUILD" });
    expect(await engine.containersLabelled(`cleanroom-test.marker=${marker}`)).toEqual([]);
  });

  test("ahead of everything when there is no Dockerfile, or no directory", async ({ workspace }) => {
    await writeApp(workspace, []);

    const errors = [
      await failureOf(workspace.start({ web: built({ dockerfile: "Containerfile" }) })),
      await failureOf(workspace.start({ web: built({ context: "ap" }) })),
    ];

    expect(errors.map(String)).toEqual([
      `ConfigurationError: web is not valid:\n  build.dockerfile: there is no file ${join(workspace.directory, "app/Containerfile")}`,
      `ConfigurationError: web is not valid:\n  build.context: there is no directory ${join(workspace.directory, "ap")}`,
    ]);
    expect(proxy.count(BUILD)).toBe(0);
  });
});

test("a build that nobody waits for any more is ended", async ({ workspace }) => {
  await writeApp(workspace, ["RUN sleep 600"]);
  const environment = await workspace.start({});
  const { signal, abort } = controller();
  const starting = failureOf(environment.getOrCreateContainer("web", () => built(), { signal }));
  const label = `cleanroom-test.marker=${marker}`;
  await vi.waitUntil(async () => (await engine.containersLabelled(label)).some(({ State }) => State === "running"), {
    timeout: 20_000,
  });

  const reason = new Error("not needed any more");
  abort(reason);

  expect(await starting).toBe(reason);
  await vi.waitUntil(async () => (await engine.containersLabelled(label)).length === 0, { timeout: 20_000 });
});

function controller() {
  const abortController = new AbortController();
  return {
    signal: abortController.signal,
    abort: (reason: Error) => {
      abortController.abort(reason);
    },
  };
}

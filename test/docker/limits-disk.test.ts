import { describe, expect } from "vitest";
import { container } from "../../src/index.ts";
import * as engine from "../support/engine.ts";
import { failureOf, images, test } from "../support/workspace.ts";

const MiB = 1024 * 1024;

describe("a directory in memory that is full", () => {
  const command = ["sh", "-c", "head -c 2097152 /dev/zero > /data/fill && exec service"];
  const options = { command, ports: [8080], stopGraceMs: 0 };

  test("is told with its limit, when the service ends for it", async ({ workspace }) => {
    const withRoomFor = (sizeBytes: number): ReturnType<typeof container> =>
      container(images.service, { ...options, mounts: [{ type: "tmpfs", target: "/data", sizeBytes }] });

    const error = await failureOf(workspace.start({ web: withRoomFor(MiB) }));
    const { services } = await workspace.start({ web: withRoomFor(4 * MiB) });

    expect(error).toMatchObject({
      code: "CLEANROOM_OUT_OF_DISK",
      details: { resource: "disk", outcome: "refused", option: "mounts.sizeBytes", limit: MiB, path: "/data" },
      cause: { code: "CLEANROOM_EXITED" },
    });
    expect((error as Error).message).toMatch(
      /^web could not go on because it needed more disk than its limit of 1048576 bytes at \/data\.\nRaise `mounts.sizeBytes`.*\nIts last log lines:\n {2}head: .*: No space left on device$/,
    );
    expect(await (await fetch(services.web.url)).text()).toBe("hello");
  });

  test("is told when a service ends for it later, and not when it ends for another reason", async ({ workspace }) => {
    const fillLater = "until [ -e /run/go ]; do sleep 0.05; done; head -c 2097152 /dev/zero > /data/fill; exit 1";
    const ending = (sizeBytes: number): ReturnType<typeof container> =>
      container(images.service, {
        command: ["sh", "-c", fillLater],
        mounts: [{ type: "tmpfs", target: "/data", sizeBytes }],
      });
    const environment = await workspace.start({ small: ending(MiB), large: ending(4 * MiB) });
    const ends = new Map<string, unknown>();
    const both = Promise.withResolvers<undefined>();
    environment.on("container:state", ({ to, name, error }) => {
      if (to === "failed") ends.set(name, error);
      if (ends.size === 2) both.resolve(undefined);
    });

    const { small, large } = environment.services;
    await Promise.all([small, large].map((service) => service.exec(["touch", "/run/go"])));
    await both.promise;

    expect(ends.get("small")).toMatchObject({ code: "CLEANROOM_OUT_OF_DISK", details: { limit: MiB, path: "/data" } });
    expect(ends.get("large")).toMatchObject({ code: "CLEANROOM_EXITED_WHILE_RUNNING" });
  });
});

describe("a limit on what a container writes", () => {
  test("by the engine is refused where its storage cannot do it, before anything is made", async ({
    workspace,
    skip,
  }) => {
    const asked = { Image: images.service, HostConfig: { StorageOpt: { size: String(64 * MiB) } } };
    skip(await engine.canStart(asked), "this engine can limit what a container writes");
    const label = `dev.cleanroom.project=${workspace.directory}`;
    const since = Date.now();
    const limitedBy = (by?: "engine"): ReturnType<typeof container> =>
      container(images.service, { limits: { disk: { bytes: 64 * MiB, ...(by && { by }) } } });

    const error = await failureOf(workspace.start({ web: limitedBy("engine") }));
    const made = await engine.createdSince(since, label);
    const { services } = await workspace.start({ web: limitedBy() });

    expect(error).toMatchObject({ code: "CLEANROOM_UNSUPPORTED" });
    expect((error as Error).message).toMatch(
      /^web cannot have `limits.disk` by the engine: .*\. With `by: "monitor"` it is/,
    );
    expect((error as Error).message).not.toContain("it says"); // The engine was not even asked to make it.
    expect(made).toEqual([]);
    expect(await engine.createdSince(since, label)).toHaveLength(1);
    expect((await engine.inspectExisting(services.web.id)).HostConfig.StorageOpt ?? {}).toEqual({});
  });
});

import { afterAll, describe, expect } from "vitest";
import { container } from "../../src/index.ts";
import * as engine from "../support/engine.ts";
import { Registry } from "../support/registry.ts";
import { failureOf, test } from "../support/workspace.ts";

const registry = await Registry.start();
afterAll(() => registry[Symbol.asyncDispose]());

describe("an image of a registry", () => {
  test("is fetched once for ten that want it", async ({ workspace }) => {
    const { image } = await registry.publish("pulls/missing:1", { payloadBytes: 1_000_000 });
    const environment = await workspace.start({});

    await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        environment.getOrCreateContainer(`web${index}`, () => container(image, { ports: [8080] })),
      ),
    );

    expect(await registry.manifestFetches("pulls/missing")).toBe(1);
    expect(await workspace.containers()).toHaveLength(10);
  });

  test("that the engine has is not asked for", async ({ workspace }) => {
    const { image } = await registry.publish("pulls/present:1");
    const first = await workspace.start({ web: container(image, { ports: [8080] }) });
    const firstId = first.services.web.id;
    await first.cleanup();
    const before = await registry.requests();

    const second = await workspace.start({ web: container(image, { ports: [8080] }) });

    expect(await registry.requests()).toEqual(before);
    expect(second.services.web.id).not.toBe(firstId);
  });

  test("that the engine has is fetched anew where that is wanted and it has changed", async ({ workspace }) => {
    await registry.publish("pulls/moved:1");
    const { image, digest } = await registry.publish("pulls/moved:1");
    const web = container(image, { ports: [8080], pullPolicy: "always" });
    await (await workspace.start({ web })).cleanup();
    const newer = await registry.publish("pulls/moved:1");

    await workspace.start({ web });

    const { RepoDigests } = (await engine.inspectImage(image)) ?? {};
    expect(RepoDigests).toEqual([`${registry.host}/pulls/moved@${newer.digest}`]);
    expect(newer.digest).not.toBe(digest);
  });

  test("is not asked for where nothing is to be fetched", async ({ workspace }) => {
    const { image } = await registry.publish("pulls/never:1");
    const before = await registry.requests();

    const error = await failureOf(workspace.start({ web: container(image, { pullPolicy: "never" }) }));

    expect(error).toMatchObject({ code: "CLEANROOM_IMAGE_NOT_FOUND", details: { image } });
    expect(await registry.requests()).toEqual(before);
  });
});

import { afterAll, describe, expect, onTestFinished, vi } from "vitest";
import type { EventMap } from "../../src/index.ts";
import { container } from "../../src/index.ts";
import * as engine from "../support/engine.ts";
import { account, Registry } from "../support/registry.ts";
import { failureOf, test } from "../support/workspace.ts";

const registry = await Registry.start();
const guarded = await Registry.start({ needsAccount: true });
afterAll(async () => {
  await registry[Symbol.asyncDispose]();
  await guarded[Symbol.asyncDispose]();
});

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

describe("an image that is fetched", () => {
  test("is told of as it arrives", async ({ workspace }) => {
    const payloadBytes = 4_000_000;
    const { image } = await registry.publish("pulls/told:1", { payloadBytes });
    const environment = await workspace.start({});
    const told: EventMap["image:pulling"][] = [];
    environment.on("image:pulling", (event) => told.push(event));

    await environment.getOrCreateContainer("web", () => container(image, { ports: [8080] }));

    const [first, last] = [told[0], told.at(-1)];
    expect(first).toEqual({ image, receivedBytes: 0, totalBytes: 0 });
    expect(last?.receivedBytes).toBe(last?.totalBytes);
    expect(last?.totalBytes).toBeGreaterThan(payloadBytes);
    const received = told.map(({ receivedBytes }) => receivedBytes);
    expect(received).toEqual(received.toSorted((a, b) => a - b));
  });

  test("by its digest is the one that has it, whatever its tag has become", async ({ workspace }) => {
    const { digest } = await registry.publish("pulls/pinned:1");
    await registry.publish("pulls/pinned:1");
    const image = `${registry.host}/pulls/pinned@${digest}`;
    const tagged = `${registry.host}/pulls/pinned:1@${digest}`;

    const { services } = await workspace.start({
      web: container(image, { ports: [8080] }),
      tagged: container(tagged, { ports: [8080] }),
    });

    for (const { id } of [services.web, services.tagged]) {
      const { Image } = await engine.inspectExisting(id);
      const { RepoDigests } = (await engine.inspectImage(Image)) ?? {};
      expect(RepoDigests).toEqual([`${registry.host}/pulls/pinned@${digest}`]);
    }
  });

  test("from a mirror has the name that it has there", async ({ workspace }) => {
    const { image } = await registry.publish("mirror/team/app:7");

    const { services } = await workspace.start(
      { web: container("team/app:7", { ports: [8080] }) },
      { imageSubstitutions: { "*": `${registry.host}/mirror/*` } },
    );

    expect((await engine.inspectExisting(services.web.id)).Config.Image).toBe(image);
  });

  test("without a tag is the latest alone", async ({ workspace }) => {
    const { image } = await registry.publish("pulls/untagged:latest");
    await registry.publish("pulls/untagged:other");

    await workspace.start({ web: container(image.replace(":latest", ""), { ports: [8080] }) });

    expect(await engine.inspectImage(image)).toBeDefined();
    expect(await engine.inspectImage(image.replace(":latest", ":other"))).toBeUndefined();
  });
});

describe("an image that cannot be had is told as such", () => {
  test("when the registry has none of that name", async ({ workspace }) => {
    const image = `${registry.host}/pulls/none:1`;
    const error = await failureOf(workspace.start({ web: container(image) }));

    expect(error).toMatchObject({ code: "CLEANROOM_IMAGE_NOT_FOUND", details: { image } });
  });

  test("when the registry sends something else than it promised", async ({ workspace }) => {
    const { image } = await registry.publish("pulls/corrupt:1", { payloadBytes: 100_000 });
    await registry.spoil("pulls/corrupt:1");

    const error = await failureOf(workspace.start({ web: container(image) }));

    expect(error).toMatchObject({ code: "CLEANROOM_IMAGE_CORRUPT", details: { image } });
    expect(await engine.inspectImage(image)).toBeUndefined();
  });

  test("when no registry answers", async ({ workspace }) => {
    const error = await failureOf(workspace.start({ web: container("127.0.0.1:9/pulls/app:1") }));

    expect(error).toMatchObject({ code: "CLEANROOM_REGISTRY_UNREACHABLE" });
  });

  test("when there is none for the platform", async ({ workspace }) => {
    const { image } = await registry.publish("pulls/platform:1");

    const error = await failureOf(workspace.start({ web: container(image, { platform: "linux/s390x" }) }));

    expect(error).toMatchObject({ code: "CLEANROOM_PLATFORM_UNAVAILABLE", details: { image } });
  });

  test("when the registry asks for an account", async ({ workspace }) => {
    const { image } = await guarded.publish("pulls/guarded:1");
    const web = container(image, { ports: [8080] });
    const wrong = { username: account.username, password: "wrong horse" };

    const errors = [
      await failureOf(workspace.start({ web })),
      await failureOf(workspace.start({ web }, { registries: { [guarded.host]: wrong } })),
      await failureOf(workspace.start({ web }, { registries: { [registry.host]: account } })),
    ];

    expect(errors).toMatchObject(errors.map(() => ({ code: "CLEANROOM_IMAGE_UNAUTHORIZED", details: { image } })));
    expect(String(errors[1])).not.toContain(wrong.password);
    expect(await engine.inspectImage(image)).toBeUndefined();
  });
});

describe("a registry that asks for an account", () => {
  test("gets that of the configuration, which nothing shows", async ({ workspace }) => {
    const { image } = await guarded.publish("pulls/account:1");

    const { services } = await workspace.start(
      { web: container(image, { ports: [8080] }) },
      { registries: { [guarded.host]: account } },
    );

    expect(JSON.stringify(await engine.inspectExisting(services.web.id))).not.toContain(account.password);
  });

  test("gets the password that a variable has", async ({ workspace }) => {
    const { image } = await guarded.publish("pulls/variable:1");
    const { username, password } = account;
    const registries = { [guarded.host]: { username, passwordFrom: "REGISTRY_PASSWORD" } };
    const web = container(image, { ports: [8080] });

    await expect(workspace.start({ web }, { registries })).rejects.toMatchObject({
      code: "CLEANROOM_CONFIGURATION",
      message: expect.stringContaining("REGISTRY_PASSWORD") as string,
    });
    vi.stubEnv("REGISTRY_PASSWORD", password);
    onTestFinished(() => void vi.unstubAllEnvs());
    const { services } = await workspace.start({ web }, { registries });

    expect((await engine.inspectExisting(services.web.id)).State.Running).toBe(true);
  });
});

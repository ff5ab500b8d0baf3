import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test as base, vi } from "vitest";
import { connectImages } from "../../src/backend/engine-api/connect-caretaker.ts";
import type { ImageEngine } from "../../src/backend/image-engine.ts";
import { evictionPolicies } from "../../src/caches/eviction-policy.ts";
import { container } from "../../src/index.ts";
import { systemClock } from "../../src/time/system-clock.ts";
import { ImageMemo } from "../../src/warm/image-memo.ts";
import { LastUse } from "../../src/warm/last-use.ts";
import { everyWarmImage, tidyWarmImages, warmLimits } from "../../src/warm/tidy-warm-images.ts";
import { WarmImages } from "../../src/warm/warm-images.ts";
import * as engine from "../support/engine.ts";
import { images, test as workspaceTest } from "../support/workspace.ts";

interface Made {
  readonly owner: string;
  readonly lastUse: LastUse;
  readonly engineImages: ImageEngine;
  /** Makes an image of this name that has the labels of one that Cleanroom built. */
  named(name: string): Promise<string>;
}

const digest = randomUUID();

const test = base.extend("made", async ({}, { onCleanup }): Promise<Made> => {
  const owner = `made-${randomUUID()}`;
  const directory = await mkdtemp(join(tmpdir(), "cleanroom-made-"));
  const engineImages = connectImages({ endpoint: `unix://${engine.socketPath}`, clock: systemClock });
  onCleanup(async () => {
    // Twice: what another one is made from can only go after that.
    for (const label of Array.from({ length: 2 }, () => `dev.cleanroom.warm.owner=${owner}`)) {
      for (const { Id } of await engine.imagesLabelled(label)) await engine.removeImage(Id);
    }
    await rm(directory, { recursive: true });
    await engineImages[Symbol.asyncDispose]();
  });
  const Labels = { "dev.cleanroom.warm.owner": owner, "dev.cleanroom.warm.digest": digest };
  const named = (name: string): Promise<string> => engine.deriveImage(images.scratch, name, { Labels });
  return { owner, lastUse: new LastUse(directory), engineImages, named };
});

const isThere = async (name: string): Promise<boolean> => (await engine.inspectImage(name)) !== undefined;

test("names that somebody else gave stay, as does what was made from an image of ours", async ({ made }) => {
  const [ours, theirs, derived] = [`cleanroom-build/${made.owner}:${digest}`, `a-${made.owner}:1`, `b-${made.owner}:1`];
  const id = await made.named(ours);
  await made.engineImages.tagImage(id, theirs);
  await engine.deriveImage(ours, derived, {});
  const tidying = { images: made.engineImages, owner: made.owner, maker: "maker", lastUse: made.lastUse };

  const removed = await tidyWarmImages(everyWarmImage, Date.now(), tidying);

  expect(removed).toEqual([`image ${ours}`]);
  expect(await Promise.all([ours, theirs, derived].map(isThere))).toEqual([false, true, true]);
});

test("none goes for want of room until somebody has said how much there is", async ({ made }) => {
  const name = `cleanroom-warm:${digest}`;
  const Labels = {
    ...{ "dev.cleanroom.warm.owner": made.owner, "dev.cleanroom.warm.digest": digest },
    "dev.cleanroom.warm.size": String(2 * warmLimits.maxTotalBytes),
  };
  await engine.deriveImage(images.scratch, name, { Labels });
  const memo = new ImageMemo(made.engineImages, systemClock);
  const common = { images: made.engineImages, owner: made.owner, maker: "maker", lastUse: made.lastUse, memo };
  const never = (): Promise<void> => Promise.reject(new Error("There is no container."));
  const quiet = { labelsFor: () => ({}), clock: systemClock, remove: never, log: () => undefined };
  const warm = new WarmImages({ ...common, ...quiet, onChange: () => undefined });

  expect(await warm.tidy()).toEqual([]);
  memo.limit({ policy: "ttl", ttlMs: 0, maxBytes: 3 * warmLimits.maxTotalBytes });
  await vi.waitUntil(() => !warm.isBusy);
  expect(await isThere(name)).toBe(true);

  memo.limit({ policy: "ttl", ttlMs: 0, maxBytes: warmLimits.maxTotalBytes });
  expect(warm.isBusy).toBe(true);
  await vi.waitUntil(() => !warm.isBusy);
  expect(await isThere(name)).toBe(false);
});

workspaceTest("an image that was built counts with what it adds to the one it begins with", async ({ workspace }) => {
  await workspace.write({
    "app/Dockerfile": `FROM ${images.service}\nLABEL made=${randomUUID()}\nRUN head -c 3000000 /dev/zero > /zeros\n`,
  });
  const environment = await workspace.start({ web: container("app", { build: { context: "app" }, ports: [8080] }) });
  const { Config } = await engine.inspectExisting(environment.services.web.id);
  await environment.cleanup();
  const owner = (await engine.inspectImage(Config.Image))?.Config.Labels["dev.cleanroom.warm.owner"] ?? "";
  await using engineImages = connectImages({ endpoint: `unix://${engine.socketPath}`, clock: systemClock });
  const lastUse = new LastUse(workspace.directory);
  const tidying = { images: engineImages, owner, maker: "maker", lastUse };
  const limits = { ...warmLimits, policy: evictionPolicies.ttl };

  expect(await engineImages.addedBytes(Config.Image)).toBe(3_000_000);
  const others = await tidyWarmImages({ ...limits, maxTotalBytes: 3_000_000 }, Date.now(), tidying);
  expect(others).not.toContain(`image ${Config.Image}`);
  const removed = await tidyWarmImages({ ...limits, maxTotalBytes: 2_999_999 }, Date.now(), tidying);

  expect(removed).toContain(`image ${Config.Image}`);
  expect(await isThere(Config.Image)).toBe(false);
});

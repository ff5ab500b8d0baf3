import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readLock, writeLock } from "../../../src/lock/lock-file.ts";
import { outcomeOf } from "../support/outcome.ts";
import { directoryWith } from "../support/plans.ts";

const platform = "linux/amd64";
const digest = `sha256:${"d".repeat(64)}`;

test("a lock is written sorted, and read as it was", async () => {
  await using directory = await directoryWith({});
  const { path } = directory;
  const images = { "redis:8": { digest, platform }, "app:dev": { id: digest, platform } };

  expect(await writeLock(path, images)).toBe(join(path, "cleanroom.lock"));

  const text = await readFile(join(path, "cleanroom.lock"), "utf8");
  expect(text.indexOf("app:dev")).toBeLessThan(text.indexOf("redis:8"));
  expect(await readLock(path)).toEqual(images);
});

test("where there is none, nothing is locked", async () => {
  await using directory = await directoryWith({});

  expect(await readLock(directory.path)).toBeUndefined();
});

test.each([
  ["no JSON", "<<<<<<< HEAD"],
  ["of another version", JSON.stringify({ version: 2, images: {} })],
  ["without a digest", JSON.stringify({ version: 1, images: { app: { platform } } })],
  ["with half a digest", JSON.stringify({ version: 1, images: { app: { digest: "sha256:12", platform } } })],
  ["with both", JSON.stringify({ version: 1, images: { app: { digest, id: digest, platform } } })],
])("one that is %s is refused, with what writes another", async (_what, text) => {
  await using directory = await directoryWith({ "cleanroom.lock": text });

  expect(await outcomeOf(readLock(directory.path))).toMatchObject({
    code: "CLEANROOM_CONFIGURATION",
    message: expect.stringMatching(
      /cleanroom\.lock is not valid:\n {2}[^]*; write it anew with `cleanroom lock`$/,
    ) as string,
  });
});

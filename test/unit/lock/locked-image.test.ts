import { describe, expect, test } from "vitest";
import { describeDrift, exactName, identityOf, isLocked, isSameImage } from "../../../src/lock/locked-image.ts";

const platform = "linux/amd64";
const digest = `sha256:${"d".repeat(64)}`;
const other = `sha256:${"e".repeat(64)}`;
const id = `sha256:${"1".repeat(64)}`;

describe("what an image is", () => {
  test.each([
    ["postgres:17", `postgres@${digest}`],
    ["docker.io/library/postgres:17", `postgres@${digest}`],
    ["registry.example:5000/team/app", `registry.example:5000/team/app@${digest}`],
  ])("is told by the digest that %s has in its own repository", (image, name) => {
    expect(identityOf(image, { id, digests: [`mirror.example/x@${other}`, name], platform })).toEqual({
      digest,
      platform,
    });
  });

  test("is told by the engine's id where it has a digest in another repository only, by which nobody would find it", () => {
    expect(identityOf("app:dev", { id, digests: [`mirror.example/app@${digest}`], platform })).toEqual({
      id,
      platform,
    });
  });
});

test("a locked image is the same from whichever registry it came", () => {
  const inspection = { id, digests: [`mirror.example/app@${digest}`], platform };

  expect(isLocked({ digest, platform }, inspection)).toBe(true);
  expect(isLocked({ digest: other, platform }, inspection)).toBe(false);
  expect(isLocked({ id, platform }, inspection)).toBe(true);
  expect(isLocked({ id: other, platform }, inspection)).toBe(false);
  expect(isSameImage({ digest, platform }, { digest, platform: "linux/arm64" })).toBe(true);
});

test("an image is asked for exactly, unless its name already says which one is meant", () => {
  expect(exactName("app:dev", { digest, platform })).toBe(`app:dev@${digest}`);
  expect(exactName("app:dev", { id, platform })).toBe(id);
  expect(exactName(`app@${other}`, { digest, platform })).toBe(`app@${other}`);
});

test("what has drifted is told with what it was and what it is", () => {
  const locked = { digest, platform };
  const found = { id, platform };

  expect(describeDrift({ locked, found })).toBe(`was locked as ${digest}, but is ${id} (in this engine only)`);
  expect(describeDrift({ locked })).toBe(`was locked as ${digest}`);
  expect(describeDrift({ found })).toBe(`is not locked; it is ${id} (in this engine only)`);
  expect(describeDrift({})).toBe("is not locked");
});

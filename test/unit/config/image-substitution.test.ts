import { assert, property, string } from "fast-check";
import { describe, expect, test } from "vitest";
import { parseSubstitutions, substituteImage } from "../../../src/config/image-substitution.ts";

describe("substitutions are read from text", () => {
  test.for([
    ["", []],
    [" , ", []],
    ["a=b", [["a", "b"]]],
    [
      " postgres:* = mirror/postgres:17 , redis:*=mirror/redis:8,",
      [
        ["postgres:*", "mirror/postgres:17"],
        ["redis:*", "mirror/redis:8"],
      ],
    ],
    ["a=b=c", [["a", "b=c"]]],
  ] as const)("%j", ([text, rules]) => {
    expect(parseSubstitutions(text, "CLEANROOM_IMAGE_SUBSTITUTIONS")).toEqual(rules);
  });

  test.for(["a", "=b", "a=", " = ", "a=b,c"])("and %j is told to be none", (text) => {
    const rule = text.split(",").at(-1)?.trim();

    expect(() => parseSubstitutions(text, "CLEANROOM_IMAGE_SUBSTITUTIONS")).toThrow(
      `CLEANROOM_IMAGE_SUBSTITUTIONS is not valid:\n  ${JSON.stringify(rule)} must be \`pattern=image\`, for example \`postgres:*=mirror.example/postgres:17\``,
    );
  });
});

describe("an image", () => {
  test.for([
    ["postgres:17", "postgres:17", true],
    ["postgres:17", "postgres:*", true],
    ["postgres:17", "*", true],
    ["registry.example/a/postgres:17-alpine", "*/postgres:*", true],
    ["postgres:17", "postgres", false],
    ["my-postgres:17", "postgres:*", false],
    ["postgresX17", "postgres.17", false],
    ["a+b", "a+b", true],
    ["aab", "a+b", false],
  ] as const)("%s matches %s: %s", ([image, pattern, isMatch]) => {
    expect(substituteImage(image, [[pattern, "other"]])).toBe(isMatch ? "other" : image);
  });

  test("is replaced by the first rule that matches, once", () => {
    const rules = [
      ["redis:*", "no"],
      ["postgres:*", "mirror/postgres"],
      ["*", "last"],
    ] as const;

    expect(substituteImage("postgres:17", rules)).toBe("mirror/postgres");
    expect(substituteImage("mysql:9", rules)).toBe("last");
    expect(substituteImage("postgres:17", [])).toBe("postgres:17");
  });

  test.for([
    ["postgres:17", "*", "mirror.example/*", "mirror.example/postgres:17"],
    ["ghcr.io/team/app:1", "ghcr.io/*", "mirror.example/github/*", "mirror.example/github/team/app:1"],
    ["quay.io/a/b:1", "*/a/*", "*/mirror/*", "quay.io/mirror/b:1"],
    ["quay.io/a/b:1", "*/a/*", "all-of/*", "all-of/quay.io"],
    ["a@sha256:01", "*", "mirror.example/*", "mirror.example/a@sha256:01"],
    ["a:$&", "a:*", "b:*", "b:$&"],
  ] as const)("%s by %s=%s is %s", ([image, pattern, replacement, expected]) => {
    expect(substituteImage(image, [[pattern, replacement]])).toBe(expected);
  });

  test("cannot be put together from more than what matched", () => {
    expect(() => parseSubstitutions("a:*=*/*", "CLEANROOM_IMAGE_SUBSTITUTIONS")).toThrow(
      `CLEANROOM_IMAGE_SUBSTITUTIONS is not valid:\n  "a:*=*/*" must not have more \`*\` in the image than in the pattern, which they stand for`,
    );
  });

  test("without a star is matched literally, whatever is in it", () => {
    const literal = string().filter((text) => !text.includes("*") && !text.includes("\n"));

    assert(
      property(literal, literal, (image, pattern) => {
        expect(substituteImage(image, [[pattern, "replaced"]]) === "replaced").toBe(
          image === pattern || image === "replaced",
        );
      }),
    );
  });
});

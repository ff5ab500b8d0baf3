import { describe, expect, test } from "vitest";
import { brokenLinks } from "./support/links.ts";
import { documents } from "./support/markdown.ts";

describe("relative links lead somewhere", () => {
  test("in this repository", () => {
    expect(documents().flatMap(brokenLinks)).toEqual([]);
  });

  test("and one that does not is named", () => {
    const text = [
      "[a](docs/nowhere.md) and [b](https://example.com/nowhere.md)",
      "[c](#no-such-part) and [d](#a-part), [e](LICENSE), `[f](code.md)`",
      "# A part!",
    ];
    expect(brokenLinks({ path: "page.md", text: text.join("\n") })).toEqual([
      "page.md:1: docs/nowhere.md does not exist",
      "page.md:2: #no-such-part does not exist",
      "page.md:2: #a-part does not exist",
    ]);
    expect(brokenLinks({ path: "README.md", text: "[a](#no-such-part)" })).toEqual([
      "README.md:1: #no-such-part: there is no such heading",
    ]);
  });
});

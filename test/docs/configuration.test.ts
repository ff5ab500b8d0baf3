import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { settingDefinitions } from "../../src/config/settings.ts";
import { root } from "../support/source-tree.ts";

/** What the table of a guide says of each setting. */
function settingsIn(guide: string): readonly object[] {
  const rows = guide.matchAll(/^\| `([\w.]+)` +\| `(CLEANROOM_\w+)` +\|.*\| (`.*`|none) +\|$/gm);
  return [...rows].map(([, path, variable, byDefault = ""]) => ({ path, variable, byDefault }));
}

describe("the guide's table of settings", () => {
  test("has every setting, with its variable and its default, and no other", () => {
    const guide = readFileSync(join(root, "docs", "guides", "configuration.md"), "utf8");

    const known = Object.values(settingDefinitions).map(({ path, variable, byDefault }) => ({
      path,
      variable,
      byDefault: byDefault === undefined ? "none" : `\`${JSON.stringify(byDefault)}\``,
    }));
    expect(settingsIn(guide)).toEqual(known);
  });

  test("would be found to lack one", () => {
    expect(settingsIn("| `seed` | `CLEANROOM_SEED` | any text | none |\n| `x` | y |")).toEqual([
      { path: "seed", variable: "CLEANROOM_SEED", byDefault: "none" },
    ]);
  });
});

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { canFollow, type ContainerState } from "../../src/lifecycle/lifecycle-state.ts";
import { root } from "../support/source-tree.ts";

const text = readFileSync(join(root, "docs", "architecture.md"), "utf8");

test("the table of states is the one in the code", () => {
  const rows = tableBelow("| state |");
  const states = rows.map(([state]) => bare(state));
  expect(states).toHaveLength(8);
  for (const [from, , next = ""] of rows) {
    const shown = next === "–" ? [] : next.split(",").map(bare);
    const allowed = states.filter((to) => canFollow(to as ContainerState, bare(from) as ContainerState));
    expect(shown.toSorted(), from).toEqual(allowed.toSorted());
  }
});

test("the table of folders has every folder of src, and no other", () => {
  const shown = tableBelow("| folder |").map(([folder]) => bare(folder).replace(/\/$/, ""));
  const folders = readdirSync(join(root, "src"), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(shown.toSorted()).toEqual(folders.map(({ name }) => name).toSorted());
});

/** The cells of every row of the table whose header starts so. */
function tableBelow(header: string): readonly (readonly string[])[] {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => line.replaceAll(/\s+/g, " ").startsWith(header));
  const rows = lines.slice(start + 2, lines.indexOf("", start));
  return rows.map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

function bare(cell: string | undefined): string {
  return (cell ?? "").replaceAll("`", "").trim();
}

/** Text in which figures that differ from run to run are the same. */
export function withoutFigures(text: string): string {
  return text
    .replaceAll(/\b\d+ ms\b/g, "… ms")
    .replaceAll(/\b\d+ms\b/g, "…ms")
    .replaceAll(/\b\d+\.\d+ ?s\b/g, "… s")
    .replaceAll(/\b\d+ attempts?\b/g, "… attempts")
    .replaceAll(/\btest_[0-9a-f]{12}\b/g, "test_…")
    .replaceAll(/\b(cleanroom-[\w-]+)-[0-9a-f]{10}\b/g, "$1-…")
    .replaceAll(/\bport \d{5}\b/g, "port …")
    .replaceAll(/\d\d:\d\d:\d\d/g, "…");
}

/** The first line that `output` does not have, each looked for behind the one before; figures may differ. */
export function firstMissingLine(shown: string, output: string): string | undefined {
  const there = linesOf(output);
  let at = 0;
  for (const line of linesOf(shown)) {
    const found = there.indexOf(line, at);
    if (found === -1) return line;
    at = found + 1;
  }
  return undefined;
}

function linesOf(text: string): readonly string[] {
  const lines = withoutFigures(text).split("\n");
  return lines.map((line) => line.replaceAll(/\s+/g, " ").trim()).filter((line) => line !== "");
}

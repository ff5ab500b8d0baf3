/**
 * The fixtures that a function takes. Vitest reads them off the function's source, and has no way to ask it for them, so they
 * are read here as it does.
 *
 * @param position - Which parameter destructures them, counted from 0.
 * @returns None when there is no function, or no such parameter, or it does not destructure; vitest complains where it must.
 */
export function fixtureNames(fn: unknown, position: number): readonly string[] {
  if (typeof fn !== "function") return [];
  const source = withoutComments(fn.toString());
  const parameters = splitAtCommas(/[^(]*\(([^)]*)/.exec(source)?.[1] ?? "");
  const pattern = parameters[position];
  if (pattern === undefined || !pattern.startsWith("{") || !pattern.endsWith("}")) return [];
  const properties = splitAtCommas(pattern.slice(1, -1).replaceAll(/\s/g, ""));
  return properties.map((property) => property.replace(/[:=].*/, "")); // Without its new name, or its default.
}

function withoutComments(source: string): string {
  return source.replaceAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, "");
}

/** The parts of a list; a comma within a pattern separates nothing. */
function splitAtCommas(list: string): readonly string[] {
  const ends: number[] = [];
  let depth = 0;
  for (const [index, character] of list.split("").entries()) {
    if ("{[".includes(character)) depth += 1;
    if ("}]".includes(character)) depth -= 1;
    if (character === "," && depth === 0) ends.push(index);
  }
  const parts = [...ends, list.length].map((end, index) =>
    list.slice(index === 0 ? 0 : (ends[index - 1] ?? 0) + 1, end),
  );
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

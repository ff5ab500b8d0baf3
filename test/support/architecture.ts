import { importsOf, type Import } from "./imports.ts";
import type { SourceTree } from "./source-tree.ts";

/** Which parts of `src/` (a folder, or a file of its root) a part may import. A part may always import itself. */
export type AllowedImports = Readonly<Record<string, readonly string[]>>;

/** The imports that the table does not allow, whether they load anything or name a type only. */
export function disallowedImports(tree: SourceTree, allowed: AllowedImports): readonly string[] {
  const strays = [...tree.keys()].filter((path) => partOf(path, allowed) === undefined);
  const broken = importsOf(tree).flatMap((one) => {
    const from = partOf(one.from, allowed);
    const to = partOf(one.to, allowed);
    if (from === undefined || to === undefined || from === to) return [];
    if (allowed[from]?.includes(to) === true) return [];
    return [`${at(one)} imports ${one.to}; ${from} may import ${allowed[from]?.join(", ") || "nothing"}`];
  });
  return [...strays.map((path) => `${path} belongs to no row of the table`), ...broken];
}

/** The rings of files that load each other, each written once as a path that ends where it began. */
export function cycles(tree: SourceTree): readonly string[] {
  const graph = valueGraph(tree);
  const rings = new Map<string, string>();
  for (const file of tree.keys()) {
    const ring = (graph.get(file) ?? [])
      .map((next) => shortestPath(graph, next, (path) => path === file))
      .find((path) => path !== undefined);
    if (ring === undefined) continue;
    const members = [...new Set(ring)].sort().join();
    if (!rings.has(members)) rings.set(members, [file, ...ring].join(" → "));
  }
  return [...rings.values()];
}

/** For each entry, the chain of imports by which loading it loads something heavy. */
export function heavyChains(
  tree: SourceTree,
  entries: readonly string[],
  isHeavy: (target: string) => boolean,
): readonly string[] {
  const graph = valueGraph(tree);
  return entries.flatMap((entry) => {
    if (!tree.has(entry)) return [`${entry} does not exist`];
    const chain = shortestPath(graph, entry, isHeavy);
    return chain === undefined ? [] : [chain.join(" → ")];
  });
}

/** The imports of the packages, in any form, from a file outside the folder. */
export function importsOutside(tree: SourceTree, folder: string, packages: readonly string[]): readonly string[] {
  return importsOf(tree)
    .filter((one) => packages.includes(one.to) && !one.from.startsWith(`${folder}/`))
    .map((one) => `${at(one)} imports ${one.to}`);
}

/** The most specific part: `backend/testcontainers` before `backend`. */
function partOf(path: string, allowed: AllowedImports): string | undefined {
  const inside = path.replace(/^src\//, "");
  if (inside === path) return undefined;
  return Object.keys(allowed)
    .filter((part) => inside === part || inside.startsWith(`${part}/`))
    .sort((a, b) => b.length - a.length)[0];
}

/** What each file loads when it is loaded. */
function valueGraph(tree: SourceTree): ReadonlyMap<string, readonly string[]> {
  const loads = importsOf(tree).filter((one) => one.kind === "value");
  return new Map([...Map.groupBy(loads, (one) => one.from)].map(([from, all]) => [from, all.map((one) => one.to)]));
}

/** A shortest path from a file to one that is looked for, both included. */
function shortestPath(
  graph: ReadonlyMap<string, readonly string[]>,
  from: string,
  isWanted: (path: string) => boolean,
): readonly string[] | undefined {
  const queue: (readonly string[])[] = [[from]];
  const seen = new Set([from]);
  for (const path of queue) {
    const last = path.at(-1) ?? from;
    if (isWanted(last)) return path;
    for (const next of graph.get(last) ?? []) {
      if (seen.has(next)) continue;
      seen.add(next);
      queue.push([...path, next]);
    }
  }
  return undefined;
}

function at(one: Import): string {
  return `${one.from}:${one.line}`;
}

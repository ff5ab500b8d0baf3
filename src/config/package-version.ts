import { readFileSync } from "node:fs";
import { parseJson } from "../spec/parse-json.ts";

interface Manifest {
  readonly version: string;
  readonly engines: { readonly node: string };
}

/** The package's own version. */
export function packageVersion(): string {
  return manifest().version;
}

/** The range of Node's versions that the package works with. */
export function supportedNode(): string {
  return manifest().engines.node;
}

/** Built, this file lies in `dist`, one below the package's directory; as a source, two below. */
function manifest(): Manifest {
  const depth = import.meta.url.endsWith(".ts") ? "../.." : "..";
  return parseJson<Manifest>(readFileSync(new URL(`${depth}/package.json`, import.meta.url), "utf8"));
}

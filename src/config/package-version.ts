import { readFileSync } from "node:fs";
import { parseJson } from "../spec/parse-json.ts";

/** The package's own version. Built, this file lies in `dist`, one below the package's directory; as a source, two below. */
export function packageVersion(): string {
  const depth = import.meta.url.endsWith(".ts") ? "../.." : "..";
  const manifest = new URL(`${depth}/package.json`, import.meta.url);
  return parseJson<{ readonly version: string }>(readFileSync(manifest, "utf8")).version;
}

import { readFileSync } from "node:fs";
import { parseJson } from "../spec/parse-json.ts";

/** The package's own version. Built, this file lies in `dist`, one below the package's directory. */
export function version(): string {
  const manifest = parseJson<{ readonly version: string }>(
    readFileSync(new URL("../package.json", import.meta.url), "utf8"),
  );
  return manifest.version;
}

import { readFileSync } from "node:fs";

/** The package's own version. Built, this file lies in `dist`, one below the package's directory. */
export function version(): string {
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string };
  return manifest.version;
}

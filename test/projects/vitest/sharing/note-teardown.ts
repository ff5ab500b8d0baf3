import { writeFileSync } from "node:fs";

/** Notes when everything has been torn down: vitest calls this after what plugins have to tear down. */
export function teardown(): void {
  const path = process.env["NOTE_TEARDOWN"];
  if (path !== undefined) writeFileSync(path, String(Date.now()));
}

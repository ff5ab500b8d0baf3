import { writeFileSync } from "node:fs";
import * as cleanroom from "cleanroom-test/node/setup";

export const globalSetup = cleanroom.globalSetup;

/** Notes when everything has been torn down. */
export async function globalTeardown(): Promise<void> {
  await cleanroom.globalTeardown();
  const path = process.env["NOTE_TEARDOWN"];
  if (path !== undefined) writeFileSync(path, String(Date.now()));
}

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

// A file's processes have a coordinator of their own: what one test does to it is no concern of another, nor of whoever
// works on this machine. Sockets lie there, so its path is short.
const directory = mkdtempSync(join(tmpdir(), "cr-"));
process.env["CLEANROOM_STATE_DIR"] = directory;

// Where a feature is switched off, whoever runs the tests looks up in there what it left, and removes it.
if (process.env["KEEPS_STATE_DIRECTORY"] === undefined) {
  afterAll(() => {
    rmSync(directory, { recursive: true, force: true });
  });
}

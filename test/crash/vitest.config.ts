import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** Tests that kill processes: too long for every run, so they are no project of the main configuration. */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL("../..", import.meta.url)),
    name: "crash",
    include: ["test/crash/**/*.test.ts"],
    setupFiles: ["test/setup/warnings.ts"],
    testTimeout: 60_000,
    // What is measured is how soon things are gone, so nothing else runs meanwhile.
    fileParallelism: false,
  },
});

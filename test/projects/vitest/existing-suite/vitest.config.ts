import cleanroom from "cleanroom-test/vitest";
import { defineConfig } from "vitest/config";

const isShared = process.env["ONE_DATABASE"] === "1";

export default defineConfig({
  plugins: isShared ? [] : [cleanroom()],
  test: { maxWorkers: 4, setupFiles: ["load-app.ts"], globalSetup: isShared ? ["one-database.ts"] : [] },
});

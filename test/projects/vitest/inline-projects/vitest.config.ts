import cleanroom from "cleanroom-test/vitest";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [cleanroom()],
  test: {
    setupFiles: "./own-setup.ts",
    projects: [
      { extends: true, test: { name: "one", include: ["one.test.ts"] } },
      { extends: true, test: { name: "two", include: ["two*.test.ts"], isolate: false, maxWorkers: 1 } },
    ],
  },
});

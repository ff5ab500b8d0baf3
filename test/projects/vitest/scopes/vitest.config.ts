import cleanroom from "cleanroom-test/vitest";
import { defineConfig } from "vitest/config";

// Less than the migrations of either server take.
const limitMs = 2000;

export default defineConfig({
  plugins: [cleanroom()],
  test: { maxWorkers: 1, testTimeout: limitMs, hookTimeout: limitMs },
});

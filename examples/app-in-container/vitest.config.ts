import { defineConfig } from "vitest/config";

export default defineConfig({
  // The first test of a file waits for the services: that is the price of starting them in a fixture.
  test: { testTimeout: 60_000 },
});

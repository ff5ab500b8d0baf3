import { defineConfig } from "vitest/config";

// Without isolation modules are kept from file to file, and with them the container.
export default defineConfig({ test: { maxWorkers: 1, isolate: false, hookTimeout: 120_000 } });

import { defineConfig } from "vitest/config";

export default defineConfig({ test: { maxWorkers: 4, hookTimeout: 120_000 } });

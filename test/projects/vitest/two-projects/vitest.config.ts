import { defineConfig } from "vitest/config";

export default defineConfig({ test: { projects: ["one", "two"], maxWorkers: 2 } });

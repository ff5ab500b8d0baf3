import { defineConfig } from "vitest/config";

/** What every project has: no retries, and a warning of the process fails the run. */
const common = {
  setupFiles: ["test/setup/warnings.ts"],
  restoreMocks: true,
};

/** What the projects have in common that start services. */
const withServices = { ...common, setupFiles: [...common.setupFiles, "test/setup/state-directory.ts"] };

const minuteMs = 60_000;

export default defineConfig({
  test: {
    reporters: ["default", "./test/setup/skip-reasons.ts"],
    // A missing report or snapshot fails; `-u` writes it.
    update: "none",
    projects: [
      {
        test: {
          ...common,
          name: "unit",
          include: ["test/unit/**/*.test.ts", "test/*.test.ts"],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          ...withServices,
          name: "docker",
          include: ["test/docker/**/*.test.ts"],
          testTimeout: minuteMs,
          hookTimeout: 2 * minuteMs,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...withServices,
          name: "package",
          include: ["test/package/**/*.test.ts"],
          testTimeout: 5 * minuteMs,
          hookTimeout: 5 * minuteMs,
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          ...withServices,
          name: "docs",
          include: ["test/docs/**/*.test.ts"],
          testTimeout: 2 * minuteMs,
          hookTimeout: minuteMs,
          maxWorkers: 2,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});

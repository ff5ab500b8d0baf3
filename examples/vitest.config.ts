import { defineConfig } from "vitest/config";

// Each folder is a project by itself; `vitest run --root examples/custom-probe` runs that one alone.
export default defineConfig({
  test: { projects: ["custom-probe", "generic-container", "app-in-container", "mariadb"] },
});

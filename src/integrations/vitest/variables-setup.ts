import { inject } from "vitest";

// Runs before a test file is loaded, and before whatever else the configuration has run for it: that may read the variables as
// well. Where none are to be set, nothing more is loaded.
const { variablesFrom } = inject("cleanroom");
if (variablesFrom !== undefined) {
  const [{ setVariables }, { loadConfigFile }] = await Promise.all([
    import("./set-variables.ts"),
    import("../../index.ts"),
  ]);
  // Through vite, as the test files import it, and so the same module; JSON and YAML are read.
  const { config } = await loadConfigFile(variablesFrom, (path) => import(/* @vite-ignore */ path));
  await setVariables(config);
}

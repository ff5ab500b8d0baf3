import { inject } from "vitest";

// Runs before a test file is loaded, and before whatever else the configuration has run for it: that may read the variables as
// well. Where none are to be set, nothing more is loaded.
const { variablesFrom } = inject("cleanroom");
if (variablesFrom !== undefined) {
  const { setVariables } = await import("./set-variables.ts");
  // Through vite, as the test files import it, and so the same module.
  const { default: config } = (await import(/* @vite-ignore */ variablesFrom)) as { readonly default: never };
  await setVariables(config);
}

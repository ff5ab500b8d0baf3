/**
 * `node --import ./scripts/await-using.mjs file.ts` runs TypeScript that uses `await using` on every Node that we support:
 * 22 has no such syntax, so there the TypeScript compiler rewrites it; newer ones run the file as it is.
 */
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";

if (!knowsAwaitUsing()) {
  const { default: ts } = await import("typescript");
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  registerHooks({
    load(url, context, nextLoad) {
      if (!url.startsWith("file:") || !url.endsWith(".ts")) return nextLoad(url, context);
      const { outputText } = ts.transpileModule(readFileSync(fileURLToPath(url), "utf8"), { compilerOptions });
      return { format: "module", source: outputText, shortCircuit: true };
    },
  });
}

function knowsAwaitUsing() {
  try {
    new Function("return async () => { await using nothing = null; };");
    return true;
  } catch {
    return false;
  }
}

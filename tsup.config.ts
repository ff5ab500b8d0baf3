import { rmSync } from "node:fs";
import { defineConfig, type Options } from "tsup";

type Plugin = NonNullable<Options["esbuildPlugins"]>[number];

/** The entries that a CommonJS project can use as well. */
const libraryEntries = {
  index: "src/index.ts",
  testing: "src/testing/index.ts",
  opentelemetry: "src/integrations/opentelemetry/open-telemetry.ts",
};

/** What the two forms of a Jest project use: its configuration, and its tests. */
const jestEntries = {
  jest: "src/integrations/jest/with-cleanroom.ts",
  "jest-test": "src/integrations/jest/test.ts",
};

/** What Jest itself loads, which are the same files for every project. */
const jestOwnEntries = {
  "jest-environment": "src/integrations/jest/environment.ts",
  "jest-global-setup": "src/integrations/jest/global-setup.ts",
  "jest-global-teardown": "src/integrations/jest/global-teardown.ts",
  "jest-set-variables": "src/integrations/jest/set-variables.ts",
  "jest-preset": "src/integrations/jest/preset.ts",
};

/** Every entry that has types: what the package exports. Their declarations are kept in `api/`. */
export const typedEntries: Readonly<Record<string, string>> = {
  ...libraryEntries,
  ...jestEntries,
  vitest: "src/integrations/vitest/plugin.ts",
  "vitest-test": "src/integrations/vitest/test.ts",
  node: "src/integrations/node/node.ts",
  "node-setup": "src/integrations/node/setup.ts",
};

// The files of dist/ lie side by side, so that a path relative to `import.meta.url` holds in whichever of them the bundler
// puts the code that makes it.
const entries = {
  index: libraryEntries.index,
  opentelemetry: libraryEntries.opentelemetry,
  vitest: typedEntries["vitest"] ?? "",
  "vitest-test": typedEntries["vitest-test"] ?? "",
  ...jestEntries,
  "vitest-setup": "src/integrations/vitest/global-setup.ts",
  "vitest-variables": "src/integrations/vitest/variables-setup.ts",
  node: typedEntries["node"] ?? "",
  "node-setup": typedEntries["node-setup"] ?? "",
  "node-register": "src/integrations/node/register.ts",
  cli: "src/cli/main.ts",
};

/** What shares no code with the others: each further sharer cuts the rest into more files, and a test's process loads all. */
const entriesApart = { testing: libraryEntries.testing, coordinator: "src/coordinator/main.ts" };

const common: Options = {
  target: "node22", // Has no `await using`, so esbuild compiles it away.
  platform: "node",
  tsconfig: "tsconfig.src.json",
  sourcemap: true,
  skipNodeModulesBundle: true,
  removeNodeProtocol: false,
  silent: true,
};

export default defineConfig(() => {
  // Once, here: the two builds run at the same time, so neither may clean what the other wrote.
  rmSync("dist", { recursive: true, force: true });
  return [
    {
      ...common,
      format: "esm",
      entry: entries,
      dts: { entry: typedEntries },
      splitting: true, // What is imported with `import()` stays a file of its own, loaded when it is needed.
    },
    { ...common, format: "esm", entry: entriesApart, splitting: true },
    {
      ...common,
      format: "cjs",
      entry: { ...libraryEntries, ...jestEntries, ...jestOwnEntries },
      dts: { entry: { ...libraryEntries, ...jestEntries } },
      splitting: false, // tsup splits CommonJS through Sucrase, which rewrites modern syntax. esbuild keeps it lazy as is.
      define: { "import.meta.url": "importMetaUrl", "import.meta.dirname": "__dirname" },
      banner: {
        js: '"use strict"; const importMetaUrl = require("node:url").pathToFileURL(__filename).href;',
      },
      noExternal: ["birpc", "p-retry", "is-network-error"], // Are modules only, which Jest cannot require.
      esbuildPlugins: [libraryApart],
      plugins: [
        { name: "late-require", renderChunk: (code) => ({ code: requireLate(code) }) },
        { name: "default-as-module", renderChunk: (code) => ({ code: exportDefault(code) }) },
      ],
    },
  ];
});

/** Has what integrates a test runner load the library as a user would, instead of containing it. */
const libraryApart: Plugin = {
  name: "library-apart",
  setup: (build) => {
    build.onResolve({ filter: /\/index\.ts$/ }, ({ importer }) =>
      importer.includes("integrations") ? { path: "./index.cjs", external: true } : undefined,
    );
  },
};

/**
 * Turns every `import("package")` into a late `require("package")`: Jest has no `import()` where it runs CommonJS. An
 * `import()` of a computed URL, such as that of a configuration file, has no such equivalent and stays.
 */
function requireLate(code: string): string {
  const late = code.replaceAll(/\bimport\("([\w@./-]+)"\)/g, 'Promise.resolve().then(() => __toESM(require("$1"), 1))');
  if (late !== code && !code.includes("var __toESM = ")) throw new Error("esbuild did not add its __toESM");
  return late;
}

/** Makes a file's only export, if it is its default one, the module itself: Jest calls a set-up file that is a function. */
function exportDefault(code: string): string {
  const [, name] = /^__export\(\w+, \{\s+default: \(\) => (\w+)\s+\}\);$/m.exec(code) ?? [];
  return name === undefined ? code : code.replace(/(?=\/\/# sourceMappingURL|$)/, `module.exports = ${name};\n`);
}

import jsdoc from "eslint-plugin-jsdoc";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

/**
 * What `src/` may do in one place only. Each entry lists the rules' options and the files that are that place; `forbid`
 * below turns the list into one block for all of `src/` and one for every exempt file.
 */
const restrictions = [
  {
    allowedIn: ["src/time/system-clock.ts"],
    message: "Time comes from the Clock that is passed in.",
    globals: ["setTimeout", "setInterval", "setImmediate", "clearTimeout", "clearInterval", "clearImmediate"],
    properties: ["AbortSignal.timeout", "Date.now", "performance.now", "process.hrtime", "Atomics.wait"],
    modules: ["timers", "timers/promises"],
    moduleNames: { perf_hooks: ["performance"] }, // Its histograms know nothing of time.
    syntax: ["NewExpression[callee.name='Date'][arguments.length=0]", "CallExpression[callee.name='Date']"],
  },
  {
    allowedIn: [
      "src/config/environment-variables.ts",
      "src/integrations/runner/exported-variables.ts",
      "src/integrations/node/process-variables.ts",
    ],
    message: "Environment variables are read in src/config/environment-variables.ts.",
    properties: ["process.env"],
    moduleNames: { process: ["env"] },
  },
  {
    allowedIn: ["src/cli/terminal.ts", "src/coordinator/main.ts", "src/integrations/runner/print-line.ts"],
    message: "Only src/cli/terminal.ts writes to the terminal; elsewhere emit an event or return the text.",
    globals: ["console"],
    properties: ["process.stdout", "process.stderr"],
    modules: ["console"],
    moduleNames: { process: ["stdout", "stderr"] },
  },
  {
    allowedIn: ["src/backend/testcontainers/**"],
    message: "Everything else speaks to the ContainerBackend port.",
    packages: ["testcontainers", "@testcontainers/*", "dockerode"],
    syntax: ["ImportExpression[source.value=/^(testcontainers|@testcontainers\\u002F.+|dockerode)$/]"],
  },
  {
    allowedIn: [
      "src/integrations/vitest/plugin.ts",
      "src/integrations/vitest/global-setup.ts",
      "src/integrations/jest/environment.ts",
      "src/integrations/jest/global-setup.ts",
      "src/integrations/jest/global-teardown.ts",
      "src/integrations/jest/set-variables.ts",
      "src/integrations/jest/preset.ts",
    ],
    message: "Export it by name; a default export is for files whose reader asks for one.",
    syntax: ["ExportDefaultDeclaration", "ExportSpecifier[exported.name='default']"],
  },
  {
    allowedIn: [],
    message: "Throw an error class of src/errors, with a code and details.",
    syntax: [":matches(NewExpression, CallExpression)[callee.name=/^(Error|TypeError|RangeError)$/]"],
  },
  {
    allowedIn: [],
    message: "Tell errors by their code (`hasCode`): a package that is loaded twice has every class twice.",
    syntax: ["BinaryExpression[operator='instanceof'][right.name=/Error$/]:not([right.name='AggregateError'])"],
  },
];

/** The blocks that hold `src/` to the list above. */
function forbid() {
  const exempt = [...new Set(restrictions.flatMap(({ allowedIn }) => allowedIn))];
  return [
    { files: ["src/**/*.ts"], rules: rulesFor(restrictions) },
    ...exempt.map((file) => ({
      files: [file],
      rules: rulesFor(restrictions.filter(({ allowedIn }) => !allowedIn.includes(file))),
    })),
  ];
}

function rulesFor(list) {
  const each = (pick) => list.flatMap((restriction) => pick(restriction));
  return {
    "no-restricted-globals": [
      "error",
      ...each(({ globals = [], message }) => globals.map((name) => ({ name, message }))),
    ],
    "no-restricted-properties": [
      "error",
      ...each(({ globals = [], properties = [], message }) =>
        [...properties, ...globals.map((name) => `globalThis.${name}`)].map((path) => {
          const [object, property] = path.split(".");
          return { object, property, message };
        }),
      ),
    ],
    "no-restricted-imports": [
      "error",
      {
        paths: each(({ modules = [], moduleNames = {}, message }) => [
          ...modules.flatMap(bothSpellings).map((name) => ({ name, message })),
          ...Object.entries(moduleNames).flatMap(([module, importNames]) =>
            bothSpellings(module).map((name) => ({ name, importNames, message })),
          ),
        ]),
        patterns: each(({ packages = [], message }) =>
          packages.map((name) => ({ group: [name, `${name}/**`], message })),
        ),
      },
    ],
    "no-restricted-syntax": [
      "error",
      ...each(({ syntax = [], message }) => syntax.map((selector) => ({ selector, message }))),
    ],
  };
}

function bothSpellings(module) {
  return [module, `node:${module}`];
}

/** What a test may not do: run alone, run again until it passes, or be left out without saying why. */
const testRestrictions = [
  {
    selector: "MemberExpression[object.name=/^(test|it|describe|suite)$/][property.name='only']",
    message: "Run one test with `vitest -t`; `.only` hides the others.",
  },
  {
    selector: "MemberExpression[object.name=/^(test|it|describe|suite)$/][property.name=/^(skip|skipIf|runIf|todo)$/]",
    message: 'Skip inside the test, with a reason: `({ skip }) => { skip(condition, "why"); }`.',
  },
  {
    selector: ":matches([callee.name='skip'], [callee.property.name='skip'])[arguments.length=0]",
    message: "Say why the test is skipped.",
  },
  {
    selector: "CallExpression[callee.name=/^(test|it|describe|suite)$/] > ObjectExpression > [key.name='retry']",
    message: "A retry hides exactly the races that this library is about.",
  },
];

/** What Node itself waits for. */
const nodeTests = { from: "package", package: "node:test", name: ["test", "it", "describe", "suite"] };

export default defineConfig(
  globalIgnores([".toolchain/", "**/dist/", "api/", "coverage/", "**/node_modules/", "test/projects/installed/"]),
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/consistent-type-exports": "error",
      "@typescript-eslint/return-await": ["error", "in-try-catch"],
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/no-unused-vars": [
        "error",
        { args: "none", ignoreRestSiblings: true, varsIgnorePattern: "^_" },
      ],

      // The reason of an abort and whatever a user's callback threw pass through untouched.
      "@typescript-eslint/only-throw-error": [
        "error",
        { allowRethrowing: true, allowThrowingAny: true, allowThrowingUnknown: true },
      ],
      "@typescript-eslint/prefer-promise-reject-errors": [
        "error",
        { allowThrowingAny: true, allowThrowingUnknown: true },
      ],

      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/no-invalid-void-type": "off", // `void | Promise<void>` is what a hook returns.
      "@typescript-eslint/no-useless-constructor": "off", // One may narrow its parent's parameters, or document them.
      "@typescript-eslint/require-await": "off", // An interface may ask for a promise where one class has none to await.
      eqeqeq: "error",
      "no-implicit-coercion": "error",
      "object-shorthand": "error",
      "prefer-const": "error",
    },
  },
  {
    files: ["src/**/*.ts"],
    plugins: { jsdoc },
    rules: {
      "max-lines": ["error", { max: 300 }],
      "max-lines-per-function": ["error", { max: 60 }],
      "max-params": ["error", { max: 4 }],
      complexity: ["error", { max: 12, variant: "modified" }], // An exhaustive switch is one decision.
      "no-empty-pattern": ["error", { allowObjectPatternsAsParameters: true }],
      "jsdoc/require-jsdoc": [
        "error",
        {
          publicOnly: true,
          enableFixer: false,
          require: { ClassDeclaration: true, FunctionDeclaration: true },
          contexts: [
            "ExportNamedDeclaration > VariableDeclaration",
            "TSEnumDeclaration",
            "TSInterfaceDeclaration",
            "TSTypeAliasDeclaration",
            "TSInterfaceBody > TSMethodSignature",
            // A literal type, such as the `kind` of a union's member, says all there is to say.
            "TSInterfaceBody > TSPropertySignature:not([typeAnnotation.typeAnnotation.type='TSLiteralType'])",
          ],
        },
      ],
      "jsdoc/no-blank-blocks": "error",
      "jsdoc/check-param-names": ["error", { disableMissingParamChecks: true }],
      "jsdoc/no-types": "error",
    },
  },
  ...forbid(),
  {
    files: ["test/**/*.ts", "examples/**/*.ts", "bench/**/*.ts", "*.config.ts"],
    rules: {
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-empty-function": "off",
      "@typescript-eslint/unbound-method": "off",
      "no-empty-pattern": "off",
    },
  },
  {
    files: ["test/**/*.ts", "examples/**/*.ts"],
    rules: {
      "no-restricted-syntax": ["error", ...testRestrictions],
      "@typescript-eslint/no-floating-promises": ["error", { allowForKnownSafeCalls: [nodeTests] }],
    },
  },
);

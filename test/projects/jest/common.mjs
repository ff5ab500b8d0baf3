const compilerOptions = { module: "commonjs", target: "es2022", isolatedModules: true, esModuleInterop: true };

/** What the projects have in common: TypeScript whose types are checked with all others'. */
export const common = {
  transform: { "\\.ts$": ["ts-jest", { tsconfig: compilerOptions, diagnostics: false }] },
  maxWorkers: 4,
};

import { withCleanroom } from "cleanroom-test/jest";

const tsconfig = { module: "commonjs", target: "es2023", isolatedModules: true, esModuleInterop: true };

export default withCleanroom({
  transform: { "\\.ts$": ["ts-jest", { tsconfig, diagnostics: false }] },
  maxWorkers: 16,
});

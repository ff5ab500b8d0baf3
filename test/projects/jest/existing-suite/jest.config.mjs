import { withCleanroom } from "cleanroom-test/jest";
import { common } from "../common.mjs";

const suite = { ...common, setupFiles: ["<rootDir>/load-app.ts"] };
const config = "../../vitest/existing-suite/cleanroom.config.ts";

export default process.env.ONE_DATABASE === "1"
  ? { ...suite, globalSetup: "<rootDir>/one-database.mjs", globalTeardown: "<rootDir>/end-database.mjs" }
  : withCleanroom(suite, { config });

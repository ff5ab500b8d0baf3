import { withCleanroom } from "cleanroom-test/jest";
import { common } from "../common.mjs";

export default withCleanroom({ ...common, maxWorkers: 4 }, { config: "../../vitest/divided/cleanroom.config.ts" });

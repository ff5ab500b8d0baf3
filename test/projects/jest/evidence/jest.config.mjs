import { withCleanroom } from "cleanroom-test/jest";
import { common } from "../common.mjs";

export default withCleanroom(common, { config: "../../vitest/evidence/cleanroom.config.ts" });

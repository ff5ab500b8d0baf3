import type { Config } from "jest";
import { withCleanroom } from "./with-cleanroom.ts";

const preset: Config = withCleanroom({});

export default preset;

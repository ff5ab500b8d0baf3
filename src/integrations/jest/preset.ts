import type { Config } from "jest";
import { withCleanroom } from "./with-cleanroom.ts";

const preset: Config = withCleanroom({});

/** What the preset sets: Jest reads it off the module. */
export const { globalSetup, globalTeardown, setupFiles, testEnvironment, testEnvironmentOptions }: Config = preset;

import cleanroom from "cleanroom-test/vitest";
import { defineConfig } from "vitest/config";

export default defineConfig({ plugins: [cleanroom()] });

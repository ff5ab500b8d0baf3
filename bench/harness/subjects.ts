import { createRequire } from "node:module";

/** What is started; the same for both sides. */
export const images = {
  redis: "cleanroom-test/redis:7",
  postgres: "cleanroom-test/postgres:15",
  service: "cleanroom-test/service:1",
} as const;

const { version } = createRequire(import.meta.url)("testcontainers/package.json") as { version: string };

/** Testcontainers with the version that is installed. */
export const testcontainersName = `testcontainers ${version.split(".").slice(0, 2).join(".")}`;

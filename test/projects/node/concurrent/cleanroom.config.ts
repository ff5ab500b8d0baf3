import { defineConfig, redis } from "cleanroom-test";

export default defineConfig({ services: { cache: redis("cleanroom-test/redis:7") } });

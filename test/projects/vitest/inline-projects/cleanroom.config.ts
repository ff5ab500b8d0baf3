import { defineConfig, redis } from "cleanroom-test";

export default defineConfig({
  services: {
    cache: redis("cleanroom-test/redis:7", { isolation: { per: "file" }, variables: { CACHE_URL: "url" } }),
  },
});

import { defineConfig, postgres, redis } from "cleanroom-test";

export default defineConfig({
  services: {
    db: postgres("postgres:17-alpine", { database: "shop", migrations: ["sql/*.sql"] }),
    cache: redis("redis:8-alpine"),
  },
});

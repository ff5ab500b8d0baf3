import { container, defineConfig, postgres, redis } from "cleanroom-test";

export default defineConfig({
  services: {
    db: postgres("cleanroom-test/postgres:15", { migrations: ["schema.sql"] }),
    cache: redis("cleanroom-test/redis:7"),
    unused: container("cleanroom-test/service:1", { ports: [8080] }),
  },
});

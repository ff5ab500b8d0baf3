import { defineConfig, postgres, redis } from "cleanroom-test";

const image = "cleanroom-test/postgres:15";
const migrations = ["schema.sql"];

export default defineConfig({
  services: {
    db: postgres(image, { migrations, isolation: { per: "file" } }),
    workers: postgres(image, { migrations, isolation: { per: "worker" } }),
    cache: redis("cleanroom-test/redis:7"),
    unused: redis("cleanroom-test/redis:7", { isolation: { per: "file" } }),
  },
});

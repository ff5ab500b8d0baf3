import { defineConfig, postgres } from "cleanroom-test";

export default defineConfig({
  services: { db: postgres("cleanroom-test/postgres:15", { migrations: ["schema.sql"] }) },
});

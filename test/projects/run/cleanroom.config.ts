import { defineConfig, postgres, redis } from "cleanroom-test";

export default defineConfig({
  services: {
    db: postgres("cleanroom-test/postgres:15", {
      migrations: ["schema.sql"],
      variables: {
        DATABASE_URL: "url",
        PGHOST: "host",
        PGPORT: "port",
        PGUSER: "username",
        PGPASSWORD: "password",
        PGDATABASE: "database",
      },
    }),
    cache: redis("cleanroom-test/redis:7"),
  },
});

import { defineConfig, postgres } from "cleanroom-test";

const per = process.env["PARTS_PER"] === "worker" ? "worker" : "file";

export default defineConfig({
  services: {
    db: postgres("cleanroom-test/postgres:15", {
      migrations: ["schema.sql"],
      isolation: { per },
      variables: { DATABASE_URL: "url", PGPORT: "port", PGDATABASE: ({ database }) => database },
    }),
  },
});

import { defineConfig, postgres } from "cleanroom-test";

export default defineConfig({
  services: {
    db: postgres("cleanroom-test/postgres:15", {
      migrations: ["sql/*.sql"],
      isolation: { mode: process.env["RESET"] === "true" ? "reset" : "clone" },
    }),
  },
});

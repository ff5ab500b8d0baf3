import { defineConfig, postgres } from "cleanroom-test";

const mode = process.env["MODE"] === "schema" ? "schema" : "transaction";

export default defineConfig({
  services: { db: postgres("cleanroom-test/postgres:15", { migrations: ["schema.sql"], isolation: { mode } }) },
});

import { defineConfig, postgres } from "cleanroom-test";

const dumpFailed = process.env["DUMP_FAILED"] !== "false";

export default defineConfig({
  services: { db: postgres("cleanroom-test/postgres:15", { migrations: ["schema.sql"], isolation: { dumpFailed } }) },
});

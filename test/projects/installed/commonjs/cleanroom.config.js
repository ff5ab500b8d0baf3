const { defineConfig, postgres } = require("cleanroom-test");

module.exports = defineConfig({
  services: { db: postgres("cleanroom-test/postgres:15", { migrations: ["schema.sql"] }) },
});

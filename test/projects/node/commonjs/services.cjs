const { defineConfig, redis } = require("cleanroom-test");

module.exports = defineConfig({ services: { cache: redis("cleanroom-test/redis:7") } });

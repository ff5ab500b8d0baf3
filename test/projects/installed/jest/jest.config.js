const { withCleanroom } = require("cleanroom-test/jest");

module.exports = withCleanroom({ preset: "ts-jest", maxWorkers: 4 });

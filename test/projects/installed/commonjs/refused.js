const { CleanroomEnvironment } = require("cleanroom-test");
const config = require("./cleanroom.config.js");

/** Is never called: what the compiler says of it. */
async function refused() {
  const environment = await CleanroomEnvironment.start(config);
  environment.services.db.connectionString.toUpperCase();
  // @ts-expect-error: there is no such service.
  environment.services.cache;
  // @ts-expect-error: there is no such service.
  await environment.get("cache");
}

module.exports = { refused };

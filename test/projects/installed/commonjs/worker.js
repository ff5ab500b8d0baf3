const { CleanroomEnvironment } = require("cleanroom-test");
const config = require("./cleanroom.config.js");
const { signUp } = require("./sign-up.js");

async function main() {
  const environment = await CleanroomEnvironment.open(config);
  try {
    const db = await environment.get("db");
    // With `SHARE_DATABASE` set, all use the server's own database: the control that must conflict.
    const isolate = async () => (process.env["SHARE_DATABASE"] === undefined ? db.isolate() : undefined);

    const signUps = ["first", "second", "third"].map(async () => {
      const database = await isolate();
      try {
        await signUp((database ?? db).connectionString);
      } finally {
        await database?.[Symbol.asyncDispose]();
      }
    });
    await Promise.all(signUps);
  } finally {
    await environment.cleanup();
  }
}

main();

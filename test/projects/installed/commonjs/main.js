const { fork } = require("node:child_process");
const { once } = require("node:events");
const { CleanroomEnvironment } = require("cleanroom-test");
const config = require("./cleanroom.config.js");

async function main() {
  const environment = await CleanroomEnvironment.open(config); // Its processes start the service.
  try {
    const env = { ...process.env, CLEANROOM_SESSION: environment.sessionId };
    const workers = ["one", "two", "three", "four"].map(() => fork("worker.js", { env }));
    const exits = await Promise.all(workers.map((worker) => once(worker, "exit")));
    if (exits.some(([exitCode]) => exitCode !== 0)) process.exitCode = 1;
  } finally {
    await environment.cleanup();
  }
}

main();

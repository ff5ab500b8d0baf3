import { fork } from "node:child_process";
import { once } from "node:events";
import { CleanroomEnvironment } from "cleanroom-test";
import config from "./cleanroom.config.js";

const environment = await CleanroomEnvironment.open(config); // Its processes start the service.
try {
  const env = { ...process.env, CLEANROOM_SESSION: environment.sessionId };
  const workers = ["one", "two", "three", "four"].map(() => fork("worker.js", { env }));
  const exits = await Promise.all(workers.map((worker) => once(worker, "exit")));
  if (exits.some(([exitCode]) => exitCode !== 0)) process.exitCode = 1;
} finally {
  await environment.cleanup();
}

// The control of those who look at when this process ends.
if (process.env["STAY_MS"] !== undefined) setTimeout(() => undefined, Number(process.env["STAY_MS"]));

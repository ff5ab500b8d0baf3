import { CleanroomEnvironment, hasCode } from "../index.ts";
import { print, printError } from "./terminal.ts";

/** Connects to the engine as tests would, says what it found, and returns the exit code. */
export async function doctor(): Promise<number> {
  try {
    await using environment = await CleanroomEnvironment.start({ services: {} });
    const { endpoint, version, hostAddress, publishAddress } = await environment.engine();
    print(`Engine       ${version} at ${endpoint}`);
    print(`Ports        published on ${publishAddress}, reached at ${hostAddress}`);
    print("The engine answers.");
    return 0;
  } catch (error) {
    if (!hasCode(error, "CLEANROOM_ENGINE_UNAVAILABLE")) throw error;
    printError(error.message);
    return 1;
  }
}

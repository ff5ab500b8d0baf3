import { CleanroomEnvironment, hasCode } from "../index.ts";
import { findExistingServices, inWords } from "./existing-services.ts";
import { print, printError } from "./terminal.ts";

/** Says which services exist already, connects to the engine as tests would, says what it found, and returns the exit code. */
export async function doctor(): Promise<number> {
  const existing = await findExistingServices(process.cwd());
  for (const service of existing.services) print(inWords(service));
  for (const stray of existing.strays) print(stray);
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
    if (!existing.areAll) return 1;
    print("No engine is needed: every service of the configuration exists already.");
    return 0;
  }
}

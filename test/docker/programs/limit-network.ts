/** Starts a service in the directory of its first argument whose network is limited. Says how that went. */
import { CleanroomEnvironment, container } from "../../../src/index.ts";

const [rootDirectory = ""] = process.argv.slice(2);
const web = container("cleanroom-test/service:1", { limits: { networkBitsPerSecond: 10_000_000 } });
try {
  await using environment = await CleanroomEnvironment.start({ services: { web } }, { rootDirectory });
  process.stdout.write(`started ${environment.services.web.name}\n`);
} catch (error) {
  process.stdout.write(`${String(error)}\n`);
}

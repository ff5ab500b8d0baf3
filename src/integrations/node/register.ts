import { exposePart, findConfigFile, loadConfigFile } from "../../index.ts";
import { exposedServices } from "../runner/expose-shared.ts";
import { RunnerServices } from "../runner/runner-services.ts";
import { ProcessServices } from "./process-services.ts";
import { claimTestFile } from "./process-variables.ts";
import { waitForAll } from "../runner/wait-for-all.ts";

// For `node --import`, which loads this in the process of each test file, and waits for it before it loads that file.
if (claimTestFile()) await exposeShared();

/**
 * Sets the variables that the option `variables` asks for, of those services of which the tests of a file share a part. They
 * stay until the process ends.
 */
async function exposeShared(): Promise<void> {
  const { config, rootDirectory } = await loadConfigFile(await findConfigFile(process.cwd()));
  const services = RunnerServices.of(config, { rootDirectory: () => rootDirectory, outlivesInterrupts: true });
  await waitForAll(exposedServices(config), async ([name, definition]) => {
    const { value } = await ProcessServices.of(services).part(name);
    exposePart(definition, value, { name });
  });
}

import { findConfigFile, loadConfigFile } from "../../index.ts";
import { exportSession } from "../runner/exported-variables.ts";
import { openRun } from "../runner/open-run.ts";

let end: (() => Promise<void>) | undefined;

/**
 * For `node --test --test-global-setup`: checks the project's configuration and opens a session, which the processes of the test
 * files join, so that what one of them starts is there for the others. Starts nothing. Without an engine there is no session:
 * tests that need no service run all the same.
 *
 * @throws ConfigurationError.
 */
export async function globalSetup(): Promise<void> {
  const { config, rootDirectory } = await loadConfigFile(await findConfigFile(process.cwd()));
  const environment = await openRun(config, rootDirectory);
  if (environment === undefined) return;
  const takeBack = exportSession(environment.sessionId);
  end = async () => {
    takeBack();
    await environment[Symbol.asyncDispose]();
  };
}

/**
 * Ends the session, and removes what was started in it.
 *
 * @throws CleanupError with everything that failed.
 */
export async function globalTeardown(): Promise<void> {
  await end?.();
}

/**
 * For `node --test --test-global-setup`: checks the project's configuration and opens a session, which the processes of the test
 * files join, so that what one of them starts is there for the others. Starts nothing. Without an engine there is no session:
 * tests that need no service run all the same.
 *
 * @throws ConfigurationError.
 */
declare function globalSetup(): Promise<void>;
/**
 * Ends the session, and removes what was started in it.
 *
 * @throws CleanupError with everything that failed.
 */
declare function globalTeardown(): Promise<void>;

export { globalSetup, globalTeardown };

/** The process id of a test file's process that has had itself told where its services are. */
const CLAIMED = "CLEANROOM_TEST_FILE";

/**
 * Notes that this process does something once for the test file that it runs; `false` when it runs none, or when it was started
 * by one that has done so: such a process inherits the variable by which Node tells, and often its options.
 */
export function claimTestFile(): boolean {
  if (process.env["NODE_TEST_CONTEXT"] === undefined || process.env[CLAIMED] !== undefined) return false;
  process.env[CLAIMED] = String(process.pid);
  return true;
}

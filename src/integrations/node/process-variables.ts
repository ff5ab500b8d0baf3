/** What the processes of this one's test files are told: the session that they join. The returned function takes it back. */
export function announceSession(sessionId: string): () => void {
  const before = process.env["CLEANROOM_SESSION"];
  process.env["CLEANROOM_SESSION"] = sessionId;
  return () => {
    if (before === undefined) delete process.env["CLEANROOM_SESSION"];
    else process.env["CLEANROOM_SESSION"] = before;
  };
}

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

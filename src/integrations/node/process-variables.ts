/** What the processes of this one's test files are told: the session that they join. The returned function takes it back. */
export function announceSession(sessionId: string): () => void {
  const before = process.env["CLEANROOM_SESSION"];
  process.env["CLEANROOM_SESSION"] = sessionId;
  return () => {
    if (before === undefined) delete process.env["CLEANROOM_SESSION"];
    else process.env["CLEANROOM_SESSION"] = before;
  };
}

/**
 * Whether this process runs one test file and nobody has asked so before. Processes that it starts inherit the variables that
 * tell so, and often its options.
 */
export function isNewTestFile(): boolean {
  if (process.env["NODE_TEST_CONTEXT"] === undefined || process.env[ASKED] !== undefined) return false;
  process.env[ASKED] = String(process.pid);
  return true;
}

const ASKED = "CLEANROOM_TEST_FILE";

const VARIABLE = "CLEANROOM_SESSION";

/** Has the processes join a session that are started from here. The returned function ends that. */
export function exportSession(sessionId: string): () => void {
  const before = process.env[VARIABLE];
  process.env[VARIABLE] = sessionId;
  return () => {
    if (before === undefined) Reflect.deleteProperty(process.env, VARIABLE);
    else process.env[VARIABLE] = before;
  };
}

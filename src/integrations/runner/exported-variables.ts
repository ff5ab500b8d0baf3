/** Has the processes join a session that are started from here. The returned function ends that. */
export function exportSession(sessionId: string): () => void {
  return exportVariable("CLEANROOM_SESSION", sessionId);
}

/** Tells the processes that are started from here something of the run. The returned function puts back what was there. */
export function exportVariable(name: string, value: string): () => void {
  const before = process.env[name];
  process.env[name] = value;
  return () => {
    if (before === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = before;
  };
}

/** What the runner's main process has told this one. */
export function exportedVariable(name: string): string | undefined {
  return process.env[name];
}

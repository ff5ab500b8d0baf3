const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Ends everything that one environment has open. */
type Cleanup = () => Promise<unknown>;

const cleanups = new Set<Cleanup>();

/**
 * Calls `cleanup` when the process is asked to end, as by Ctrl-C, and lets it end afterwards. A second signal ends it at
 * once. The returned function ends that; call it when there is nothing left to clean up.
 */
export function tearDownOnSignal(cleanup: Cleanup): () => void {
  if (cleanups.size === 0) for (const signal of SIGNALS) process.once(signal, tearDownAll);
  cleanups.add(cleanup);
  return () => {
    cleanups.delete(cleanup);
    if (cleanups.size === 0) stopListening();
  };
}

function tearDownAll(signal: NodeJS.Signals): void {
  stopListening();
  void Promise.allSettled([...cleanups].map((cleanup) => cleanup())).then(() => {
    // Now for what the signal does by itself. Other listeners may have left it to us: those of `signal-exit`, which
    // Testcontainers brings along, end the process only when nobody else listens.
    process.kill(process.pid, signal);
  });
}

function stopListening(): void {
  for (const signal of SIGNALS) process.removeListener(signal, tearDownAll);
}

/** What a terminal sends to every process of a run; SIGTERM is how vitest itself ends a worker. */
const SIGNALS = ["SIGINT", "SIGHUP"] as const;

/**
 * Leaves it to the run's main process what Ctrl-C means. A worker that ended by itself would be reported as a crash while that
 * still tears down; it ends with the main process anyhow. The returned function ends this.
 */
export function outliveInterrupts(): () => void {
  const ignore = (): void => undefined;
  for (const signal of SIGNALS) process.on(signal, ignore);
  return () => {
    for (const signal of SIGNALS) process.removeListener(signal, ignore);
  };
}

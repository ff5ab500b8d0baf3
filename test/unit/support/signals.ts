import { onTestFinished } from "vitest";

/** Tells this process's listeners of a signal that nobody sent. */
export function raise(signal: NodeJS.Signals): void {
  process.emit(signal, signal);
}

/** Takes this process's own listeners for a signal away for the length of a test, and then those that the test left. */
export function clearProcessListeners(signal: NodeJS.Signals): void {
  const listeners = process.rawListeners(signal) as NodeJS.SignalsListener[];
  process.removeAllListeners(signal);
  onTestFinished(() => {
    process.removeAllListeners(signal);
    for (const listener of listeners) process.on(signal, listener);
  });
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Keeps vitest's own listeners from hearing of a signal until it comes again: they end the process a millisecond later, which
 * is no time to remove containers in. The environment does that first and then raises the signal once more, for them.
 *
 * The returned function gives the signals back to them.
 */
export function holdBackSignals(): () => void {
  const restores = SIGNALS.map((signal) => {
    const held = process.listeners(signal);
    for (const listener of held) process.removeListener(signal, listener);
    const restore = (): void => {
      process.removeListener(signal, restore);
      for (const listener of held.splice(0)) process.once(signal, listener);
    };
    // Listeners that are added while a signal is being told do not hear of it.
    process.once(signal, restore);
    return restore;
  });
  return () => {
    for (const restore of restores) restore();
  };
}

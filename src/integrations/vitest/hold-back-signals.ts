const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

interface Hold {
  /** How many want it; each project of a run has a setup of its own. */
  holders: number;
  readonly restores: readonly (() => void)[];
}

const KEY = Symbol.for("cleanroom.heldSignals");

/**
 * Keeps vitest's own listeners from hearing of a signal until it comes again: they end the process a millisecond later, which
 * is no time to remove containers in. The environment does that first and then raises the signal once more, for them.
 *
 * The returned function, to be called once, gives the signals back to them when nobody else holds them back.
 */
export function holdBackSignals(): () => void {
  // One for the process, which may have loaded this file once for each project. What listens after the first hold, such as
  // the environments, is to hear of the signal.
  const shared = globalThis as Partial<Record<symbol, Hold>>;
  const hold = (shared[KEY] ??= { holders: 0, restores: SIGNALS.map(holdBack) });
  hold.holders += 1;
  return () => {
    hold.holders -= 1;
    if (hold.holders > 0) return;
    shared[KEY] = undefined;
    for (const restore of hold.restores) restore();
  };
}

function holdBack(signal: NodeJS.Signals): () => void {
  const held = process.rawListeners(signal) as NodeJS.SignalsListener[]; // Raw, so that `once` stays `once`.
  for (const listener of held) process.removeListener(signal, listener);
  const restore = (): void => {
    process.removeListener(signal, restore);
    for (const listener of held.splice(0)) process.on(signal, listener);
  };
  // Listeners that are added while a signal is being told do not hear of it.
  process.once(signal, restore);
  return restore;
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Has no more tests begun. */
type CancelRun = () => Promise<unknown>;

interface Hold {
  /** One for each that wants it; each project of a run has a setup of its own. */
  readonly cancels: Set<CancelRun>;
  readonly restores: readonly (() => void)[];
}

const KEY = Symbol.for("cleanroom.heldSignals");

/**
 * Keeps vitest's own listeners from hearing of a signal until it comes again: they end the process a millisecond later, which
 * is no time to remove containers in. The environment does that first and then raises the signal once more, for them.
 * Meanwhile `cancelRun` sees to it that no more tests begin, which would start services anew.
 *
 * The returned function, to be called once, gives the signals back to them when nobody else holds them back.
 */
export function holdBackSignals(cancelRun: CancelRun = () => Promise.resolve()): () => void {
  // One for the process, which may have loaded this file once for each project. What listens after the first hold, such as
  // the environments, is to hear of the signal.
  const shared = globalThis as Partial<Record<symbol, Hold>>;
  const hold = (shared[KEY] ??= newHold());
  const cancel: CancelRun = () => cancelRun();
  hold.cancels.add(cancel);
  return () => {
    hold.cancels.delete(cancel);
    if (hold.cancels.size > 0) return;
    shared[KEY] = undefined;
    for (const restore of hold.restores) restore();
  };
}

function newHold(): Hold {
  const cancels = new Set<CancelRun>();
  return { cancels, restores: SIGNALS.map((signal) => holdBack(signal, cancels)) };
}

function holdBack(signal: NodeJS.Signals, cancels: ReadonlySet<CancelRun>): () => void {
  const held = process.rawListeners(signal) as NodeJS.SignalsListener[]; // Raw, so that `once` stays `once`.
  for (const listener of held) process.removeListener(signal, listener);
  const restore = (): void => {
    process.removeListener(signal, onSignal);
    for (const listener of held.splice(0)) process.on(signal, listener);
  };
  const onSignal = (): void => {
    restore();
    for (const cancel of cancels) cancel().catch(() => undefined); // The process ends anyhow.
  };
  // Listeners that are added while a signal is being told do not hear of it.
  process.once(signal, onSignal);
  return restore;
}

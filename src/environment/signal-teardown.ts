const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Ends everything that one environment has open. */
type Cleanup = () => Promise<unknown>;

interface SignalTeardown {
  readonly cleanups: Set<Cleanup>;
  readonly listener: (signal: NodeJS.Signals) => void;
}

const KEY = Symbol.for("cleanroom.signalTeardown");

/**
 * Calls `cleanup` when the process is asked to end, as by Ctrl-C, and lets it end afterwards. A second signal ends it at
 * once. The returned function ends that; call it when there is nothing left to clean up.
 */
export function tearDownOnSignal(cleanup: Cleanup): () => void {
  const { cleanups, listener } = signalTeardown();
  for (const signal of SIGNALS) {
    // Whoever holds back the listeners of others, as the vitest plugin does, may have taken ours away as well.
    if (!process.listeners(signal).includes(listener)) process.on(signal, listener);
  }
  cleanups.add(cleanup);
  return () => {
    cleanups.delete(cleanup);
    if (cleanups.size === 0) stopListening(listener);
  };
}

/**
 * One for the process, which may have loaded this package twice, as a module and as CommonJS: whichever copy raised the
 * signal again would end the process while the other is still at work.
 */
function signalTeardown(): SignalTeardown {
  const shared = globalThis as Partial<Record<symbol, SignalTeardown>>;
  return (shared[KEY] ??= newSignalTeardown());
}

function newSignalTeardown(): SignalTeardown {
  const cleanups = new Set<Cleanup>();
  let isTearingDown = false;
  const listener = (signal: NodeJS.Signals): void => {
    const end = (): void => {
      isTearingDown = false;
      stopListening(listener);
      process.kill(process.pid, signal); // Now for what the signal does by itself.
    };
    if (isTearingDown) {
      end();
      return;
    }
    isTearingDown = true;
    // It goes on listening meanwhile: the listeners of `signal-exit`, which Testcontainers brings along, end the process at
    // once when nobody else listens.
    void Promise.allSettled([...cleanups].map((cleanup) => cleanup())).then(end);
  };
  return { cleanups, listener };
}

function stopListening(listener: SignalTeardown["listener"]): void {
  for (const signal of SIGNALS) process.removeListener(signal, listener);
}

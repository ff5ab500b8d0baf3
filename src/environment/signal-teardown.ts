import { systemClock } from "../time/system-clock.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** How long a signal that this process sends itself may take to arrive, in milliseconds. */
const DELIVERY_MS = 1000;

/** Ends everything that one environment has open. */
type Cleanup = () => Promise<unknown>;

interface SignalTeardown {
  readonly cleanups: Set<Cleanup>;
  readonly listener: (signal: NodeJS.Signals) => void;
  ending: Promise<void> | undefined;
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
 * Has signals go to `listener` in place of what tears down, which hears of none until the returned function is called, once. When
 * one is ending the process already, it does so first.
 */
export async function takeOverSignals(listener: SignalTeardown["listener"]): Promise<() => void> {
  const teardown = signalTeardown();
  await teardown.ending;
  for (const signal of SIGNALS) process.on(signal, listener);
  stopListening(teardown.listener);
  return () => {
    if (teardown.cleanups.size > 0) for (const signal of SIGNALS) process.on(signal, teardown.listener);
    stopListening(listener);
  };
}

/**
 * What `work` results in. While a signal ends the process, it is not told what fails: a script that an error ended would end
 * before the cleanup, as if Ctrl-C were a failure of what was just being started.
 */
export async function unlessSignalled<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    await signalTeardown().ending;
    throw error;
  }
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
  const listener = (signal: NodeJS.Signals): void => {
    const end = async (): Promise<void> => {
      stopListening(listener);
      await raise(signal); // Now for what the signal does by itself.
      teardown.ending = undefined;
    };
    if (teardown.ending !== undefined) {
      void end();
      return;
    }
    // It goes on listening meanwhile: the listeners of `signal-exit`, which Testcontainers brings along, end the process at
    // once when nobody else listens.
    teardown.ending = Promise.allSettled([...cleanups].map((cleanup) => cleanup())).then(end);
  };
  const teardown: SignalTeardown = { cleanups, listener, ending: undefined };
  return teardown;
}

/** Sends this process a signal, and resolves when others who listen to it have been told; when nobody does, it ends here. */
export async function raise(signal: NodeJS.Signals): Promise<void> {
  if (process.listenerCount(signal) === 0) {
    process.kill(process.pid, signal);
    return;
  }
  const { promise, resolve } = Promise.withResolvers<unknown>();
  // A signal on its way does not keep a process from ending for lack of anything to do.
  const timer = systemClock.startTimer(() => {
    resolve(undefined);
  }, DELIVERY_MS);
  // In front and once: gone before the others look whether they are alone, as those of `signal-exit` do.
  process.prependOnceListener(signal, resolve);
  process.kill(process.pid, signal);
  await promise;
  timer.cancel();
}

function stopListening(listener: SignalTeardown["listener"]): void {
  for (const signal of SIGNALS) process.removeListener(signal, listener);
}

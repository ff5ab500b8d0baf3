import { setTimeout as sleep } from "node:timers/promises";

/** How long a target may take to undo what it did once it is interrupted, in milliseconds. */
const GRACE_MS = 5_000;

const signals = { SIGINT: 130, SIGTERM: 143 } as const;

/** Ctrl-C and SIGTERM, turned into an abort signal. Dispose it to have them end the process again. */
export class Interruption implements Disposable {
  /** What a process that was interrupted like this exits with. */
  exitCode = 0;

  readonly #abort = new AbortController();
  readonly #onSignal = (name: NodeJS.Signals): void => {
    this.exitCode = name === "SIGTERM" ? signals.SIGTERM : signals.SIGINT;
    this.#abort.abort(new Error(`interrupted by ${name}`));
  };

  constructor() {
    for (const name of Object.keys(signals)) process.on(name, this.#onSignal);
  }

  /** Aborts once the process is asked to end. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Settles as `work` does; after an interruption it does not wait for it for ever. */
  async orSooner(work: Promise<void>): Promise<void> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const onAbort = (): void => {
      void sleep(GRACE_MS, undefined, { ref: false }).then(() => reject(this.signal.reason));
    };
    this.signal.addEventListener("abort", onAbort, { once: true });
    try {
      await Promise.race([work, late]);
    } finally {
      this.signal.removeEventListener("abort", onAbort);
    }
  }

  [Symbol.dispose](): void {
    for (const name of Object.keys(signals)) process.off(name, this.#onSignal);
  }
}

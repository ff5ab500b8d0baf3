import type { ContainerBackend } from "../backend/container-backend.ts";

/** A call that a backend can be asked for. */
export type BackendMethod = Exclude<Extract<keyof ContainerBackend, string>, "engine">;

/** One call that was made. */
export interface BackendCall {
  /** What was asked for. */
  readonly method: BackendMethod;
  /** What it concerned: the name of a container, a network or a volume, an image, a label, or the engine's address. */
  readonly subject: string;
}

/** Whether a call has just begun or has just had its effect. */
export type CallPhase = "began" | "ended";

/** Told of every call as it begins and, unless it fails, as it ends. */
export type CallListener = (call: BackendCall, phase: CallPhase) => void;

/** What was asked of a backend, in order. */
export class CallLedger {
  readonly #calls: BackendCall[] = [];
  readonly #listeners = new Set<CallListener>();

  /** Every call so far. */
  get calls(): readonly BackendCall[] {
    return this.#calls;
  }

  /** Calls `listener` for every call from now on; the returned function ends that. */
  on(listener: CallListener): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Resolves as soon as `method` has been called `times` times in all; at once when it has been already. */
  async called(method: BackendMethod, times: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const check = (): void => {
      if (this.#calls.filter((call) => call.method === method).length >= times) resolve();
    };
    const stop = this.on(check);
    check();
    await promise;
    stop();
  }

  /** Notes that a call has begun. */
  begin(call: BackendCall): void {
    this.#calls.push(call);
    this.#tell(call, "began");
  }

  /** Notes that a call has had its effect. */
  end(call: BackendCall): void {
    this.#tell(call, "ended");
  }

  /** Forgets every call so far. */
  clear(): void {
    this.#calls.length = 0;
  }

  #tell(call: BackendCall, phase: CallPhase): void {
    for (const listener of [...this.#listeners]) listener(call, phase);
  }
}

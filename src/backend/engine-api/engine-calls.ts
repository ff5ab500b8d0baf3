import { EngineRequestError } from "../../errors/engine-request-error.ts";
import { abortable } from "../../time/abortable.ts";
import type { Clock } from "../../time/clock.ts";
import { Deadline } from "../../time/deadline.ts";
import { toEngineError } from "./engine-errors.ts";

/** How long the engine may take over a call that does no open-ended work, in milliseconds. */
const CALL_TIMEOUT_MS = 60_000;

/** One request to the engine, ended by the signal it is given. */
export type EngineCall<T> = (signal: AbortSignal) => Promise<T>;

/** Makes calls to the engine that end: by their answer, by their deadline, or by the caller's signal. */
export class EngineCalls {
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * A call that is answered soon, or not at all.
   *
   * @param extraMs - What the call may take beyond the usual limit, in milliseconds.
   * @throws EngineRequestError when the engine refuses or does not answer; the signal's reason when that aborts.
   */
  async bounded<T>(operation: string, signal: AbortSignal | undefined, call: EngineCall<T>, extraMs = 0): Promise<T> {
    const timeoutMs = CALL_TIMEOUT_MS + extraMs;
    const reason = `no answer within ${timeoutMs} ms`;
    using deadline = new Deadline({
      clock: this.#clock,
      timeoutMs,
      signal,
      onExpire: () => new EngineRequestError({ operation, refusal: "unanswered", reason }),
    });
    return await this.openEnded(operation, deadline.signal, call);
  }

  /** A call that takes as long as its work does, such as a pull. Throws as `bounded` does. */
  async openEnded<T>(operation: string, signal: AbortSignal | undefined, call: EngineCall<T>): Promise<T> {
    signal?.throwIfAborted();
    try {
      return await abortable(call(signal ?? new AbortController().signal), signal);
    } catch (thrown) {
      signal?.throwIfAborted();
      throw toEngineError(operation, thrown);
    }
  }
}

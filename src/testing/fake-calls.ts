import { abortable } from "../time/abortable.ts";
import type { BackendCall } from "./call-ledger.ts";
import { CallLedger } from "./call-ledger.ts";
import { Faults } from "./faults.ts";

/** One call, and how it ends early. */
export interface FakeCall extends BackendCall {
  /** Ends the call early. */
  readonly signal: AbortSignal | undefined;
  /** Whether the call is not cut short, so that its outcome is known; the reason is thrown afterwards. */
  readonly isSeenThrough?: boolean;
}

/** Carries out the calls to a fake engine, unless they are to go wrong. */
export class FakeCalls {
  /** What was asked for, in order. */
  readonly ledger: CallLedger = new CallLedger();
  /** What goes wrong. */
  readonly faults: Faults = new Faults();

  /** Carries out one call. */
  async perform<T>(call: FakeCall, effect: () => T | Promise<T>): Promise<T> {
    const { method, subject, signal, isSeenThrough = false } = call;
    signal?.throwIfAborted();
    this.ledger.begin({ method, subject });
    const failure = this.faults.take(method);
    await abortable(this.faults.pass(method), isSeenThrough ? undefined : signal);
    if (!isSeenThrough) signal?.throwIfAborted();
    if (failure?.isAfterEffect === false) throw failure.error;

    const result = await effect();
    if (failure !== undefined) throw failure.error;
    if (isSeenThrough) signal?.throwIfAborted();
    this.ledger.end({ method, subject });
    return result;
  }
}

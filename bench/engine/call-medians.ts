import { summarise } from "../harness/summary.ts";
import { CallTrace } from "./call-trace.ts";

/** How long each Engine call of an operation takes, over many times that it is done. */
export class CallMedians {
  readonly #traces: CallTrace[] = [];

  /** Watches the calls from now on. The caller disposes it once the operation is done. */
  trace(): CallTrace {
    const trace = new CallTrace();
    this.#traces.push(trace);
    return trace;
  }

  /** The median of each call, in milliseconds, by its name. */
  medians(): Readonly<Record<string, number>> {
    const calls = Object.groupBy(
      this.#traces.flatMap(({ answered }) => answered),
      ({ name }) => name,
    );
    return Object.fromEntries(
      Object.entries(calls).map(([name, same = []]) => [name, summarise(same.map((call) => call.durationMs)).median]),
    );
  }
}

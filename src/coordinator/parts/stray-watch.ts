import type { Clock, Timer } from "../../time/clock.ts";

/** How long a server may go on with what a process that died has asked of it, in milliseconds. */
const STRAGGLER_MS = 2000;

/** Tells when parts may be there that nobody knows of: what was half made by who is gone, or failed. */
export class StrayWatch {
  /** Whether it is time to look for some. */
  isDue = false;
  readonly #clock: Clock;
  readonly #onDue: () => void;
  #timer: Timer | undefined;
  #isClosed = false;

  /** @param onDue - Called when it is time to look again. */
  constructor(clock: Clock, onDue: () => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  /** It is time to look now, and once more when what is still under way has come to something. */
  expect(): void {
    if (this.#isClosed) return;
    this.isDue = true;
    this.#timer?.cancel();
    this.#timer = this.#clock.startTimer(() => {
      this.isDue = true;
      this.#onDue();
    }, STRAGGLER_MS);
  }

  /** It is never time again: what is left goes with its service. */
  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
  }
}

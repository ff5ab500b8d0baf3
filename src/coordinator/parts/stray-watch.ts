import { messageOf } from "../../errors/describe.ts";
import type { PartSource } from "../../services/part-source.ts";
import type { Clock, Timer } from "../../time/clock.ts";

/** How long a server may go on with what a process that died has asked of it, in milliseconds. */
const STRAGGLER_MS = 2000;

/** What looking for strays needs. */
export interface StrayWatchOptions {
  /** What makes parts. */
  readonly source: PartSource;
  /** Where time comes from. */
  readonly clock: Clock;
  /** Told what nobody else is told. */
  readonly log: (line: string) => void;
  /** Called when it is time to look again. */
  readonly onDue: () => void;
}

/** Tells when parts may be there that nobody knows of: what was half made by who is gone, or failed. */
export class StrayWatch {
  readonly #options: StrayWatchOptions;
  #isDue = false;
  #isLooking = false;
  #isClosed = false;
  #timer: Timer | undefined;

  constructor(options: StrayWatchOptions) {
    this.#options = options;
  }

  /** Whether it is time to look for some. */
  get isDue(): boolean {
    return this.#isDue;
  }

  /** Whether some are looked for, now or next. Whatever gets another name meanwhile could be taken for one. */
  get isOn(): boolean {
    return this.#isDue || this.#isLooking;
  }

  /**
   * It is time to look now, and once more when what is still under way has come to something; never where parts are made in
   * this process, which knows what came of each.
   */
  expect(): void {
    const { source, clock, onDue } = this.#options;
    if (this.#isClosed || source.makers === undefined) return;
    this.#isDue = true;
    this.#timer?.cancel();
    this.#timer = clock.startTimer(() => {
      this.#isDue = true;
      onDue();
    }, STRAGGLER_MS);
  }

  /** Has `list` look. What cannot be listed now is left until there is another reason to look. */
  async look(list: () => Promise<void>): Promise<void> {
    const { source, log } = this.#options;
    this.#isDue = false; // It may be due again before they are listed.
    this.#isLooking = true;
    try {
      await list();
    } catch (error) {
      this.#isDue ||= source.makers?.isGone(error) === true;
      if (!this.#isClosed) log(`What was left could not be listed: ${messageOf(error)}`);
    }
    this.#isLooking = false;
  }

  /** It is never time again: what is left goes with its service. */
  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
  }
}

/** A timer that has been started. */
export interface Timer {
  /** Ends the timer; its callback will not run. Safe to call more than once, and after it ran. */
  cancel(): void;
}

/** Where time comes from. Everything that waits takes one, so that tests can turn the hands themselves. */
export interface Clock {
  /** Milliseconds since the epoch, never running backwards. */
  now(): number;
  /** Runs `callback` once after `delayMs` milliseconds. The caller owns the timer and cancels it. */
  startTimer(callback: () => void, delayMs: number): Timer;
}

import type { Clock } from "../../src/index.ts";
import { systemClock } from "../../src/time/system-clock.ts";

/** The machine's clock at `speed` times its speed, so that a long limit is over soon although the engine is a real one. */
export function fasterClock(speed: number): Clock {
  return {
    now: () => systemClock.now() * speed,
    startTimer: (callback, delayMs) => systemClock.startTimer(callback, delayMs / speed),
  };
}

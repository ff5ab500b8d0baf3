import type { Clock } from "./clock.ts";

/** The machine's own clock; the only place that starts timers. */
export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  startTimer: (callback, delayMs) => {
    const timer = setTimeout(callback, delayMs);
    return {
      cancel: () => {
        clearTimeout(timer);
      },
    };
  },
};

import type { EngineCall, EngineProxy } from "../../support/engine-proxy.ts";

/** Holds one call to the engine until it is let go, so that something can happen while it is under way. */
export interface Gate {
  /** Resolves when the call has come. */
  readonly reached: Promise<void>;
  /** Lets it pass, though its caller be gone; or loses it. */
  release(outcome: "pass" | "drop"): void;
}

/** Holds the first call that matches; all others pass. */
export function holdCall(proxy: EngineProxy, isIt: (call: EngineCall) => boolean): Gate {
  const reached = Promise.withResolvers<void>();
  const released = Promise.withResolvers<"pass" | "drop">();
  let isHeld = false;
  proxy.fault = (call) => {
    if (isHeld || !isIt(call)) return undefined;
    isHeld = true;
    return {
      held: () => {
        reached.resolve();
        return released.promise;
      },
    };
  };
  return { reached: reached.promise, release: released.resolve };
}

import { AsyncResource } from "node:async_hooks";
import { after } from "node:test";

/** Node finds out by the asynchronous context which test or suite a hook is for; this one has nothing to do with any. */
const outsideTests = new AsyncResource("cleanroom", { triggerAsyncId: 1 });

/**
 * Has something done when all tests of this process have ended and nothing else keeps it from ending: later than any hook could,
 * as connections that a hook closes may take longer than the hook, and what is done here would break them off.
 */
export function whenTestsHaveEnded(work: () => Promise<void>): void {
  // Before that, the process comes to its end as well, whenever a test waits for what does not keep it alive.
  const atEnd = (): unknown => process.once("beforeExit", () => void work());
  outsideTests.runInAsyncScope(() => after(atEnd));
}

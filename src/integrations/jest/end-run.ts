import type { Config } from "@jest/types";
import { processState } from "./process-state.ts";

/**
 * Ends the session of a run, and with it whatever was started; in watch mode, where another run follows, nothing ends. Test files
 * have run in this very process if Jest found that it need not start others.
 */
export async function endRun({ watch, watchAll }: Pick<Config.GlobalConfig, "watch" | "watchAll">): Promise<void> {
  if (watch || watchAll) return;
  const state = processState();
  const { session } = state;
  state.session = undefined;
  try {
    for (const shared of state.shared.splice(0).reverse()) await shared[Symbol.asyncDispose]();
  } finally {
    await session?.[Symbol.asyncDispose]();
  }
}

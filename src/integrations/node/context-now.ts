import { AsyncLocalStorage } from "node:async_hooks";
import { channel } from "node:diagnostics_channel";
import * as nodeTest from "node:test";
import type { Context } from "./running-tests.ts";

/** Older than 24.19, Node has no such function. */
const runner: Partial<Pick<typeof nodeTest, "getTestContext">> = nodeTest;

const contexts = new AsyncLocalStorage<Context | undefined>();

// Node tells of each test and suite that begins, in the very call that runs its function. Later `getTestContext` cannot be
// asked: behind an `await` of a promise that another test has made, such as that of a connection, it names that other test.
channel("tracing:node.test:start").bindStore(contexts, () => runner.getTestContext?.());

/** The test whose function has led to the code that runs, or the suite whose body did, as for hooks; where Node tells that. */
export function contextNow(): Context | undefined {
  return contexts.getStore();
}

import { bridgeOf } from "./bridge.ts";

/**
 * Sets the environment variables that lead to parts of a test file, before whatever else the project has run for it, which may
 * read them: Jest sets up its environment only after that. A file in another environment has none.
 */
export default async function setVariables(): Promise<void> {
  await bridgeOf(globalThis)?.open();
}

import { abortFacts } from "./contract/abort-facts.ts";
import { caretakerFacts } from "./contract/caretaker-facts.ts";
import { controlFacts } from "./contract/control-facts.ts";
import type { BackendFact } from "./contract/fact.ts";
import { insideFacts } from "./contract/inside-facts.ts";
import { lifeFacts } from "./contract/life-facts.ts";
import { networkFacts } from "./contract/network-facts.ts";
import { watchFacts } from "./contract/watch-facts.ts";

/**
 * What is true of every backend. Run each fact as a test of its own, with a backend that is ready:
 *
 * `for (const fact of backendContract) test(fact.name, () => fact.run(context));`
 */
export const backendContract: readonly BackendFact[] = [
  ...lifeFacts,
  ...insideFacts,
  ...networkFacts,
  ...caretakerFacts,
  ...controlFacts,
  ...watchFacts,
  ...abortFacts,
];

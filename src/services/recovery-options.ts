import type { RetryPolicy } from "../recovery/retry-policy.ts";
import type { ServiceDefinition } from "./service-definition.ts";

/** What takes a service's place: another description of it, such as one with another image, or the URL of one that exists already. */
export type FallbackTarget = ServiceDefinition<unknown, unknown> | string;

/** The same, or a function of what creating the service failed with. */
export type Fallback = FallbackTarget | ((error: unknown) => FallbackTarget | Promise<FallbackTarget>);

/** What is done about a service that fails. */
export interface RecoveryOptions {
  /**
   * Tries a start that failed again, in the process that creates the service; everybody else waits for the outcome. `{}` for the
   * defaults.
   * @default it is tried once
   */
  readonly retry?: RetryPolicy;
  /**
   * What is used when the service could not be created for good: every process of the session comes to the same. A description
   * is one of the same kind and scope, such as `postgres()`, which depends on nothing that the service itself does not depend on; a URL
   * is treated as the one that `urlFrom` names. A function is called in each process, and must come to the same in all of them.
   */
  readonly fallback?: Fallback;
}

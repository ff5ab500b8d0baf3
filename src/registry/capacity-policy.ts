import type { ChosenPolicy } from "../caches/cache-terms.ts";

/** How many services may exist at the same time, which of them goes first, and how long one is used. */
export interface ContainerCapacity extends CapacityPolicy {
  /** Which of those that nobody uses goes first; the least recently used when absent. */
  readonly policy?: ChosenPolicy | undefined;
  /** How long a container is handed out after it became ready, in milliseconds; for ever when absent. */
  readonly maxReuseMs?: number | undefined;
}

/** How many services may exist at the same time. */
export interface CapacityPolicy {
  /** Most containers of one project; those that nobody uses make room for others. Unlimited when absent. */
  readonly maxContainers?: number | undefined;
  /** Most containers that are kept though nobody uses them; the longest unused goes first. Unlimited when absent. */
  readonly maxIdleContainers?: number | undefined;
  /**
   * What becomes of a request when all containers are in use: it waits until one is given back, or fails with `CapacityError`.
   * @default "wait"
   */
  readonly whenFull?: "wait" | "fail" | undefined;
}

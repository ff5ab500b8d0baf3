import { hasCode } from "../errors/cleanroom-error.ts";
import { defined } from "../spec/defined.ts";

/**
 * The code of a failure that another attempt may not meet. What no attempt can mend has none here: a wrong image name, credentials
 * that are refused, a command that is not in the image, a configuration that is not valid, a migration that fails.
 */
export type RetryableCode =
  | "CLEANROOM_EXITED_AT_START"
  | "CLEANROOM_HEALTH_TIMEOUT"
  | "CLEANROOM_TIMEOUT"
  | "CLEANROOM_REGISTRY_UNREACHABLE"
  | "CLEANROOM_PORT_IN_USE"
  | "CLEANROOM_NAME_CONFLICT"
  | "CLEANROOM_ENGINE_REQUEST"
  | "CLEANROOM_CREATION_REFUSED"
  | "CLEANROOM_OUT_OF_MEMORY"
  | "CLEANROOM_OUT_OF_PROCESSES"
  | "CLEANROOM_OUT_OF_DISK";

/** Each such code, and whether its failure is retried unless a policy says otherwise. */
const isRetriedByDefault: Readonly<Record<RetryableCode, boolean>> = {
  CLEANROOM_EXITED_AT_START: true,
  CLEANROOM_HEALTH_TIMEOUT: true,
  CLEANROOM_TIMEOUT: true,
  CLEANROOM_REGISTRY_UNREACHABLE: true,
  CLEANROOM_PORT_IN_USE: true,
  CLEANROOM_NAME_CONFLICT: true,
  CLEANROOM_ENGINE_REQUEST: true,
  CLEANROOM_CREATION_REFUSED: false,
  CLEANROOM_OUT_OF_MEMORY: false,
  CLEANROOM_OUT_OF_PROCESSES: false,
  CLEANROOM_OUT_OF_DISK: false,
};

/** Every such code. */
export const retryableCodes: readonly RetryableCode[] = Object.keys(isRetriedByDefault) as RetryableCode[]; // Its keys are no others.

/** Whether, when and how often a start that failed is tried again. */
export interface RetryPolicy {
  /**
   * How often it is tried in all, the first time included.
   * @default 3
   */
  readonly attempts?: number;
  /**
   * How long to wait before the second attempt, in milliseconds.
   * @default 100
   */
  readonly delayMs?: number;
  /**
   * How many times longer each further wait is than the one before it.
   * @default 2
   */
  readonly factor?: number;
  /**
   * The longest wait, in milliseconds, `jitterRatio` not counted.
   * @default 10_000
   */
  readonly maxDelayMs?: number;
  /**
   * By how much of itself a wait is lengthened at random, at most; from 0 to 1. What failed together is then not tried again together.
   * @default 0.2
   */
  readonly jitterRatio?: number;
  /**
   * The failures after which it is tried again, by their codes; no others are.
   * @default all that can, except for `CLEANROOM_CREATION_REFUSED` and those of a `ResourceError`, which hardly mend themselves
   */
  readonly on?: readonly RetryableCode[];
}

const defaults: Required<RetryPolicy> = {
  attempts: 3,
  delayMs: 100,
  factor: 2,
  maxDelayMs: 10_000,
  jitterRatio: 0.2,
  on: retryableCodes.filter((code) => isRetriedByDefault[code]),
};

/** Puts every default in place, here and nowhere else. */
export function resolveRetryPolicy(policy: RetryPolicy): Required<RetryPolicy> {
  return { ...defaults, ...defined(policy) };
}

/** Whether another attempt may do better after this failure. */
export function isRetryable(failure: unknown, { on }: Pick<Required<RetryPolicy>, "on">): boolean {
  return on.some((code) => hasCode(failure, code));
}

/**
 * Whether an attempt that failed is followed by another.
 *
 * @param attempt - Which attempt it was, from 1.
 */
export function isFollowed(failure: unknown, attempt: number, policy: Required<RetryPolicy>): boolean {
  return attempt < policy.attempts && isRetryable(failure, policy);
}

/**
 * How long to wait after an attempt that failed, in milliseconds.
 *
 * @param attempt - Which attempt it was, from 1.
 * @param chance - From 0 to 1: how much of the jitter there is.
 */
export function delayAfter(attempt: number, policy: Required<RetryPolicy>, chance: number): number {
  const { delayMs, factor, maxDelayMs, jitterRatio } = policy;
  const waitMs = Math.min(delayMs * factor ** (attempt - 1), maxDelayMs);
  return Math.round(waitMs * (1 + jitterRatio * chance));
}

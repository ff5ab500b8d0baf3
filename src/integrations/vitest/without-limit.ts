/** Vitest reads the limit of a hook, in milliseconds, off this. A start has a limit of its own, `startTimeoutMs`. */
export const WITHOUT_LIMIT: Readonly<Record<symbol, number>> = { [Symbol.for("VITEST_AROUND_TIMEOUT")]: 0 };

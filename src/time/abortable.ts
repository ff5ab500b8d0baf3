/**
 * Settles as `work` does, unless `signal` aborts first: then it rejects with the signal's reason at once and what `work`
 * does later is ignored. Use it around calls that cannot be cancelled themselves.
 */
export async function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  work.catch(() => undefined); // Whoever lost the race must not surface as an unhandled rejection.
  signal.throwIfAborted();

  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => {
    reject(signal.reason);
  };
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

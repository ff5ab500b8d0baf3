/**
 * Does something with each at the same time, and waits for all, however many fail: what is made while nobody waits would be
 * nobody's.
 *
 * @throws the error of the one that failed, or all of them as one.
 */
export async function waitForAll<Item>(
  items: Iterable<Item>,
  work: (item: Item) => PromiseLike<unknown>,
): Promise<void> {
  const outcomes = await Promise.allSettled(Array.from(items, work));
  const errors = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason as unknown] : []));
  if (errors.length === 0) return;
  throw errors.length === 1 ? errors[0] : new AggregateError(errors, errors.map(String).join("\n"));
}

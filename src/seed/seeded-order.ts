import { seededNumber } from "./seeded-random.ts";

/** The same items in the order that follows from the seed and their names, in whatever order they are given. */
export function seededOrder<Item>(
  seed: string,
  items: readonly Item[],
  nameOf: (item: Item) => string,
): readonly Item[] {
  const ranked = items.map((item) => ({ item, rank: seededNumber(seed, ["order", nameOf(item)]) }));
  return ranked.toSorted((a, b) => a.rank - b.rank).map(({ item }) => item);
}

/**
 * Does `work` for every item: without a seed for all at the same time, with one for one after the other, in the order that
 * follows from it.
 *
 * @returns what `work` resolved with, in the order of the items.
 */
export async function forEachSeeded<Item, Result>(
  seed: string | undefined,
  items: readonly Item[],
  nameOf: (item: Item) => string,
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  if (seed === undefined) return Promise.all(items.map(work));
  const places = items.map((item, place) => ({ item, place }));
  const results: Result[] = [];
  for (const { item, place } of seededOrder(seed, places, (one) => nameOf(one.item))) results[place] = await work(item);
  return results;
}

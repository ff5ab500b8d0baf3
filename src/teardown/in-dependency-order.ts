/** Something that others may depend on. */
export interface Dependant {
  /** Identifies it, for good: what is made later has another. So nothing can depend on itself by a detour. */
  readonly id: string;
  /** Ids of what it depends on. */
  readonly dependsOn: readonly string[];
}

/**
 * Ends every item once all that depend on it have ended; independent ones at the same time. The results come in the order
 * in which the items ended. `end` must not reject.
 */
export async function endDependantsFirst<Item extends Dependant, Result>(
  items: readonly Item[],
  end: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const endings = new Map<Item, Promise<void>>();
  const ending = (item: Item): Promise<void> => {
    const existing = endings.get(item) ?? endAfter(item);
    endings.set(item, existing);
    return existing;
  };
  const endAfter = async (item: Item): Promise<void> => {
    await Promise.all(items.filter(({ dependsOn }) => dependsOn.includes(item.id)).map(ending));
    results.push(await end(item));
  };
  await Promise.all(items.map(ending));
  return results;
}

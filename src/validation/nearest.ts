import { closest, distance } from "fastest-levenshtein";

/** Up to how many typing mistakes a name is still taken for another. */
const MAX_TYPOS = 3;

/** From how many letters on; a shorter name with as many mistakes is just another word. */
const LONG_NAME = 7;

/** The known name that was most likely meant. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const candidate = known.length === 0 ? undefined : closest(name, [...known]);
  const maxTypos = name.length < LONG_NAME ? MAX_TYPOS - 1 : MAX_TYPOS;
  return candidate !== undefined && distance(name, candidate) <= maxTypos ? candidate : undefined;
}

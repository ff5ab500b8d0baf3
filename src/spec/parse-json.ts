/** Reads JSON whose shape its source vouches for. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller names the shape it knows.
export function parseJson<T>(text: string): T {
  return JSON.parse(text) as T;
}

/**
 * What set-up tells the user. Everything goes to standard error: standard output belongs to the command that the task
 * runs, and `npm run bench -- --json` is read by programs.
 */

const SLOW_MS = 1_000;

/** @param {string} text - One or more lines. */
export function say(text) {
  process.stderr.write(`${text}\n`);
}

/**
 * Announces work that takes a while, and how long it took.
 *
 * @template T
 * @param {string} what - What is being done, such as "building dist".
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withProgress(what, work) {
  const startedAt = performance.now();
  say(`• ${what} …`);
  const result = await work();
  const tookMs = performance.now() - startedAt;
  if (tookMs >= SLOW_MS) say(`• ${what} … done, ${Math.round(tookMs / 1000)} s`);
  return result;
}

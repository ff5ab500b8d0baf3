/** A registry that cannot be reached should not hold up a machine that has another way. */
const PULL_SILENCE_MS = 20_000;

/**
 * Fetches an image from its registry.
 *
 * @param {import("./engine.mjs").Engine} engine
 * @param {string} reference - With a tag.
 */
export async function pullImage(engine, reference) {
  const at = reference.lastIndexOf(":");
  const query = { fromImage: reference.slice(0, at), tag: reference.slice(at + 1) };
  await engine.perform({ method: "POST", path: "/images/create", query, silenceMs: PULL_SILENCE_MS });
}

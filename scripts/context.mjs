/**
 * What the steps of a set-up share.
 *
 * @typedef {object} Context
 * @property {string} root - The project's directory.
 * @property {NodeJS.ProcessEnv} env - The environment of the task's commands; steps add to it.
 * @property {import("./docker/engine.mjs").Engine} engine - Set by the step `ensureDocker`.
 */

/** @typedef {(context: Context) => Promise<void>} Step */

/**
 * One step after another.
 *
 * @param {...Step} steps
 * @returns {Step}
 */
export function inOrder(...steps) {
  return async (context) => {
    for (const step of steps) await step(context);
  };
}

/**
 * Independent steps at the same time. When one fails the others still finish: what they did need not be done again,
 * and a package installation is better not interrupted.
 *
 * @param {...Step} steps
 * @returns {Step}
 */
export function together(...steps) {
  return async (context) => {
    const outcomes = await Promise.allSettled(steps.map((step) => step(context)));
    const failures = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
    if (failures.length === 1) throw failures[0];
    if (failures.length > 1) throw new AggregateError(failures);
  };
}

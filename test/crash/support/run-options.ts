/** What was asked of a run of the crash tests; `npm run test:crash` hands it on in the environment. */
export const runOptions: { readonly seed: number; readonly rounds: number } = {
  /** Where chance begins. */
  seed: Number(process.env["CRASH_SEED"] ?? 1),
  /** How often each race is run. */
  rounds: Number(process.env["CRASH_ROUNDS"] ?? 3),
};

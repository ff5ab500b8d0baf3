/** What this process has open for as long as a run lasts. */
interface ProcessState {
  /** The session, in the process that runs Jest. */
  session: AsyncDisposable | undefined;
  /** What the test files of this process share. */
  readonly shared: AsyncDisposable[];
}

const KEY = Symbol.for("cleanroom.jestProcess");

/** One for the process: Jest may load the files that need it more than once. */
export function processState(): ProcessState {
  const global = globalThis as Partial<Record<symbol, ProcessState>>;
  return (global[KEY] ??= { session: undefined, shared: [] });
}

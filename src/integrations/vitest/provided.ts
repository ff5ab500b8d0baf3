/** What `inject("cleanroom")` gives, in every test and hook of a project that has the plugin. */
export interface ProvidedCleanroom {
  /** Directory that relative paths of the configuration start from. */
  readonly rootDirectory: string;
  /** The session of the run; `undefined` when none could be opened, as when no engine answers. */
  readonly sessionId: string | undefined;
  /** Path of the configuration file, where some service sets environment variables for test files or workers. */
  readonly variablesFrom?: string | undefined;
}

declare module "vitest" {
  interface ProvidedContext {
    /** Set by Cleanroom's plugin. */
    readonly cleanroom: ProvidedCleanroom;
  }
}

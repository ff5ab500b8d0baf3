/** Options of `withCleanroom`. */
export interface CleanroomJestOptions {
  /**
   * Path of the configuration file, relative to Jest's `rootDir`.
   * @default the nearest `cleanroom.config.ts`, or other configuration file, there or further up
   */
  readonly config?: string;
}

/** What `withCleanroom` leaves for the environment and the set-up, as plain data. */
export interface ExtendedConfig extends CleanroomJestOptions {
  /** The environment that tests would run in without Cleanroom. */
  readonly testEnvironment?: string;
  /** The user's own global set-ups: of all projects, as Jest runs this one once for all of them. */
  readonly globalSetups?: readonly string[];
  /** The user's own global teardowns. */
  readonly globalTeardowns?: readonly string[];
}

/** What of a project's configuration is Cleanroom's. */
export function extendedConfig(testEnvironmentOptions: { readonly cleanroom?: ExtendedConfig }): ExtendedConfig {
  const written: ExtendedConfig | undefined = testEnvironmentOptions.cleanroom;
  return written ?? {};
}

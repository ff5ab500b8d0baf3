import { Config } from 'jest';

/** Options of `withCleanroom`. */
interface CleanroomJestOptions {
    /**
     * Path of the configuration file, relative to Jest's `rootDir`.
     * @default the nearest `cleanroom.config.ts`, or other configuration file, there or further up
     */
    readonly config?: string;
}

/**
 * Lets the tests of a run use the services of `cleanroom.config.ts`, one of each whatever the number of workers, and removes
 * them after the last test. Tests get them by `useServices`, from "cleanroom-test/jest/test".
 *
 * @param config - The configuration of Jest that a project has without Cleanroom; it is not changed. Its environment and its
 * global set-up and teardown go on to be used.
 * @throws ConfigurationError when there is no such option.
 */
declare function withCleanroom(config?: Config, options?: CleanroomJestOptions): Config;
/** The same for a configuration that a function makes. */
declare function withCleanroom(config: () => Config | Promise<Config>, options?: CleanroomJestOptions): () => Promise<Config>;

export { withCleanroom };
export type { CleanroomJestOptions };

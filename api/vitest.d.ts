import { Plugin } from 'vitest/config';

/** Options of the vitest plugin. */
interface CleanroomPluginOptions {
    /**
     * Path of the configuration file, relative to vitest's root.
     * @default the nearest `cleanroom.config.ts` (or .mts, .js, .mjs), there or further up
     */
    readonly config?: string;
}

/** What `inject("cleanroom")` gives, in every test and hook of a project that has the plugin. */
interface ProvidedCleanroom {
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

/**
 * Lets the tests of a run use the services of `cleanroom.config.ts`, one of each whatever the number of workers, and removes
 * them after the last test. Tests get them as fixtures from `cleanroomTest`, whoever first asks for one starts it.
 *
 * @throws ConfigurationError when there is no such option.
 */
declare function cleanroom(options?: CleanroomPluginOptions): Plugin;

export { cleanroom as default };
export type { CleanroomPluginOptions, ProvidedCleanroom };

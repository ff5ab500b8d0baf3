import { Plugin } from 'vitest/config';

/** Options of the vitest plugin. */
interface CleanroomPluginOptions {
    /**
     * Path of the configuration file, relative to vitest's root.
     * @default the nearest `cleanroom.config.ts` (or .mts, .js, .mjs), there or further up
     */
    readonly config?: string;
}

/**
 * Lets the tests of a run use the services of `cleanroom.config.ts`, one of each whatever the number of workers, and removes
 * them after the last test. Tests get them as fixtures from `cleanroomTest`, whoever first asks for one starts it.
 */
declare function cleanroom(options?: CleanroomPluginOptions): Plugin;

export { cleanroom as default };
export type { CleanroomPluginOptions };

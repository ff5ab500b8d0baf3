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
 * Starts the services of `cleanroom.config.ts` before the first test and removes them after the last, whatever the number of
 * workers. Tests get them as fixtures from `cleanroomTest`.
 */
declare function cleanroom(options?: CleanroomPluginOptions): Plugin;

export { cleanroom as default };
export type { CleanroomPluginOptions };

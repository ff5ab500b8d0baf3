/** Options of the vitest plugin. */
export interface CleanroomPluginOptions {
  /**
   * Path of the configuration file, relative to vitest's root.
   * @default the nearest `cleanroom.config.ts` (or .mts, .js, .mjs), there or further up
   */
  readonly config?: string;
}

/** What the global set-up tells the workers. */
export interface SetupContext {
  /** Directory that relative paths of the configuration start from. */
  readonly rootDirectory: string;
}

declare module "vitest" {
  interface ProvidedContext {
    /** Set by Cleanroom's plugin. */
    readonly cleanroom: SetupContext | undefined;
  }
}

/** How an image is made that no registry has. */
export interface ImageBuild {
  /** What it is called once it is made; tells its content, so that an image of this name is that image. */
  readonly image: string;
  /** Identifies its content. */
  readonly digest: string;
  /** The directory that it is made from, an absolute path. */
  readonly contextDirectory: string;
  /** Path of its Dockerfile in that directory. */
  readonly dockerfile: string;
  /** The stage that is made; the last when absent. */
  readonly target?: string;
  /** Build arguments. */
  readonly args: Readonly<Record<string, string>>;
  /** Labels of the image. */
  readonly labels: Readonly<Record<string, string>>;
  /** The platform that it is made for; the engine's own when absent. */
  readonly platform?: string;
  /** Whether every step is run, though the engine knows what it came to. */
  readonly isUncached: boolean;
}

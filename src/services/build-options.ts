/** How the image of a service is built from a Dockerfile. */
export interface BuildOptions {
  /**
   * The directory that the Dockerfile may copy from, relative to the configuration's. What its `.dockerignore` names is left out.
   */
  readonly context: string;
  /**
   * The Dockerfile's path in that directory.
   * @default "Dockerfile"
   */
  readonly dockerfile?: string;
  /**
   * The stage to build.
   * @default the last
   */
  readonly target?: string;
  /** Values of the Dockerfile's `ARG`s. They can be read from the image: they are no place for secrets. */
  readonly args?: Readonly<Record<string, string>>;
  /** Labels of the image. */
  readonly labels?: Readonly<Record<string, string>>;
  /**
   * Whether a build runs every step, also those whose outcome the engine has kept.
   * @default false
   */
  readonly noCache?: boolean;
}

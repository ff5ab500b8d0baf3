/** What an engine has that not every engine has. */
export interface EngineFeatures {
  /** How it stores the file systems of containers, for example `overlay2`. */
  readonly storageDriver: string;
  /** The file system below that, for example `xfs`; absent when it does not say. */
  readonly backingFileSystem?: string;
  /** Where it stores them, on its own machine. */
  readonly dataDirectory: string;
  /** Which version of the kernel's control groups it uses. */
  readonly cgroupVersion: 1 | 2;
}

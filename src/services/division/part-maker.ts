/** A part that was made, and what its maker says of parts. */
export interface MadePart {
  /** What it is called. */
  readonly id: string;
  /** How many may be made ahead of need. */
  readonly maxIdle: number;
  /** Whether parts can be reset. */
  readonly canReset: boolean;
}

/**
 * Makes parts of one service with the code of its user, in a process that uses it, for whoever needs one. Every call ends within
 * half a minute, unless the process itself is held up.
 */
export interface PartMaker {
  /**
   * Makes a part.
   *
   * @throws IsolationError with what the code said; TimeoutError; LifecycleError when it makes no more.
   */
  make(): Promise<MadePart>;
  /** Makes a part what it was when it was made; resolves with its new name, or `undefined` when it has to be removed. */
  reset(id: string): Promise<string | undefined>;
  /** Removes a part. */
  remove(id: string): Promise<void>;
  /** Every part there is. */
  list(): Promise<readonly string[]>;
}

/** Whether parts can have this name. */
export function isPartName(value: unknown): value is string {
  return typeof value === "string" && value.length > 0 && value.length <= MAX_NAME_LENGTH;
}

const MAX_NAME_LENGTH = 200;

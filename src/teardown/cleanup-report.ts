/** How a container ended, or why it goes on. */
export type StopOutcome =
  /** It stopped when it was asked to. */
  | "stopped"
  /** It did not stop in its time and was killed. */
  | "killed"
  /** Somebody else had removed it. */
  | "already-gone"
  /** The engine did not stop or remove it; see `error`. */
  | "failed"
  /** It goes on for others who use it. */
  | "still-used"
  /** It is kept for whoever needs it next, as long as `keepAliveMs` says. */
  | "kept";

/** What became of one container. */
export interface StoppedContainer {
  /** Name of the service. */
  readonly name: string;
  /** The engine's id. */
  readonly id: string;
  /** How it ended. */
  readonly outcome: StopOutcome;
  /** Exit code of its main process, where it is known. */
  readonly exitCode?: number;
  /** When it was asked to stop, in milliseconds since the epoch. */
  readonly startedAtMs: number;
  /** How long it took, removal included, in milliseconds. */
  readonly durationMs: number;
  /** Why it failed. */
  readonly error?: unknown;
}

/** What a cleanup did: nothing that went wrong is left out, and nothing that went wrong kept the rest from being done. */
export interface CleanupReport {
  /** Every container, in the order in which they were gone. */
  readonly containers: readonly StoppedContainer[];
  /** Everything that failed. */
  readonly errors: readonly unknown[];
  /** How long it took, in milliseconds. */
  readonly durationMs: number;
}

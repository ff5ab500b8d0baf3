/** How a container ended, or why it goes on. */
export type StopOutcome =
  /** It stopped when it was asked to. */
  | "stopped"
  /** It did not stop in its time and was killed. */
  | "killed"
  /** It had ended before it was asked to stop. */
  | "already-ended"
  /** Somebody else had removed it. */
  | "already-gone"
  /** The engine did not stop or remove it; see `error`. */
  | "failed"
  /** It goes on for others who use it. */
  | "still-used"
  /** It is kept for whoever needs it next, as long as `keepAliveMs` says. */
  | "kept"
  /** It failed and is kept to be looked at, as `keepOnFailure` says; see `keptAs`. */
  | "kept-failed";

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
  /** The signal that asked it to stop, or `SIGKILL` where it was not asked; absent when none was sent. */
  readonly signal?: string;
  /** When it was asked to stop, in milliseconds since the epoch. */
  readonly startedAtMs: number;
  /** How long it took, removal included, in milliseconds. */
  readonly durationMs: number;
  /** How much of that passed until its process had ended, in milliseconds; absent where it had ended before. */
  readonly stopMs?: number;
  /** How much of it the removal took, in milliseconds; absent where it was not removed. */
  readonly removalMs?: number;
  /** Names of the anonymous volumes that were removed with it. */
  readonly volumes?: readonly string[];
  /** What it is called in the engine now, where it failed and is kept. */
  readonly keptAs?: string;
  /** Why it failed. */
  readonly error?: unknown;
}

/** What became of a network that the last container had left. */
export interface RemovedNetwork {
  /** What it is called in the engine. */
  readonly name: string;
  /** Whether it is gone; see `error` when it is not. */
  readonly outcome: "removed" | "failed";
  /** How long that took, in milliseconds. */
  readonly durationMs: number;
  /** Why it failed. */
  readonly error?: unknown;
}

/** What a cleanup did: nothing that went wrong is left out, and nothing that went wrong kept the rest from being done. */
export interface CleanupReport {
  /** Every container, in the order in which they were gone. */
  readonly containers: readonly StoppedContainer[];
  /** Every network that nobody needed any more. */
  readonly networks: readonly RemovedNetwork[];
  /** Everything that failed. */
  readonly errors: readonly unknown[];
  /** How long it took, in milliseconds. */
  readonly durationMs: number;
}

/** Tells a process from all others, those before a reboot and those that got its number later included. */
export interface ProcessIdentity {
  /** Its number. */
  readonly pid: number;
  /** When it started, in milliseconds since the epoch. */
  readonly startedAtMs: number;
  /** Identifies the machine's run since its last start; empty where the system has no such thing. */
  readonly bootId: string;
  /** What it runs, for people. */
  readonly title: string;
}

/** What happened in a soak. */
export class Tally {
  /** Processes that came. */
  clients = 0;
  /** Environments that they opened. */
  environments = 0;
  /** Services that answered. */
  answers = 0;
  /** Coordinators that were killed. */
  coordinatorsKilled = 0;
  /** How processes ended, and how often. */
  readonly deaths: Record<string, number> = {};
  /** What went wrong though nothing should have, and how often. */
  readonly errors: Record<string, number> = {};

  /** Notes how a process ends. */
  noteDeath(how: string): void {
    this.deaths[how] = (this.deaths[how] ?? 0) + 1;
  }

  /** Notes an error that nobody should have got. */
  noteError(error: unknown): void {
    const { code = "", message } = error as { readonly code?: string; readonly message: string };
    const text = `${code} ${message}`.trim();
    this.errors[text] = (this.errors[text] ?? 0) + 1;
  }
}

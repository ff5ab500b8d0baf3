/** Someone took a part. */
interface Taking {
  readonly atMs: number;
  readonly memberId: string;
}

/** How far back it is looked to see who takes parts, in milliseconds. */
const MEMBERS_WINDOW_MS = 5000;

/** How far back it is looked to see how fast, in milliseconds: making those that were taken takes about as long. */
const RATE_WINDOW_MS = 1000;

/** Foretells how many parts are wanted soon, from those that were taken lately. */
export class PartDemand {
  #takings: readonly Taking[] = [];

  /** Notes that a part is taken. */
  note(taking: Taking): void {
    const since = taking.atMs - MEMBERS_WINDOW_MS;
    this.#takings = [...this.#takings.filter(({ atMs }) => atMs > since), taking];
  }

  /** One for everybody who took any lately; for those who take them fast, as many as in the last second. */
  soon(nowMs: number): number {
    return Math.max(this.members(nowMs), this.#takings.filter(({ atMs }) => atMs > nowMs - RATE_WINDOW_MS).length);
  }

  /** How many took any lately. */
  members(nowMs: number): number {
    const recent = this.#takings.filter(({ atMs }) => atMs > nowMs - MEMBERS_WINDOW_MS);
    return new Set(recent.map(({ memberId }) => memberId)).size;
  }
}
